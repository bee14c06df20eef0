/** `npm run pictures`: takes the pictures of `docs/pictures`, of the last night on this machine. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { home } from '../bin/home.ts'
import { nights } from '../bin/nights.ts'
import { findBrowser, startBrowser } from './browser.ts'

interface Picture {
  readonly name: string
  readonly file: string
  readonly width: number
  readonly height: number
  /** The part of the page that is shown; its top unless said. */
  readonly part?: string
}

const folder = resolve(import.meta.dirname, '../docs/pictures')

const program = findBrowser()
if (!program) throw new Error('no Chromium is installed: apt-get install -y chromium')
const night = nights()
  .map((run) => join(home, 'nights', `${run}.html`))
  .findLast((file) => existsSync(file))
if (!night) throw new Error('there is no page of a night yet: npm run night makes one')
execFileSync(process.execPath, ['bin/usher.ts', 'graph'], { stdio: 'ignore' })
const graph = join(home, 'graph.html')

const wide = { width: 1180, height: 860 } as const
const pictures: readonly Picture[] = [
  { ...wide, name: 'graph', file: graph, width: 1440 },
  { ...wide, name: 'night', file: night },
  { ...wide, name: 'looks', file: night, part: '#looks' },
]

mkdirSync(folder, { recursive: true })
const browser = await startBrowser(program)
for (const { name, file, width, height, part } of pictures) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: 'light' })
  await page.goto(pathToFileURL(file).href)
  const path = join(folder, `${name}.png`)
  if (part === undefined) await page.screenshot({ path })
  else await page.locator(part).screenshot({ path })
  console.log(path)
  await page.close()
}
await browser.close()
