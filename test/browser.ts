import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The Chromium or Chrome on PATH; undefined where none is installed. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram)
}

/** Starts the browser, with no window, for pages of our own alone. */
export const startBrowser = (executablePath: string): Promise<Browser> =>
  // Its sandbox wants rights that a container may not have.
  chromium.launch({ executablePath, args: ['--no-sandbox'] })

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
