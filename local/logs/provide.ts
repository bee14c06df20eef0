import { existsSync, statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place, Provided, SourceFile, SourceInfo } from '../sources.ts'
import { clickFiles } from './sample.ts'

const DAY = 86_400_000

/** The files of the user's own folder, where a URL names one; else the sample's. */
export async function provideLogs(
  source: SourceInfo,
  { variable, url, date }: Place,
): Promise<Provided> {
  if (url !== undefined) return ownFolder(variable, url)
  if (source.name !== 'logs') return { missing: `set ${variable}=file:///path/to/folder` }
  return { files: () => sampleFiles(date) }
}

function ownFolder(variable: string, url: string): Provided {
  if (!URL.canParse(url) || !/^file:\/\/\/./.test(new URL(url).href)) {
    throw new Error(`${variable} is not of the form file:///path/to/folder`)
  }
  const folder = fileURLToPath(url)
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new Error(`${variable} names ${folder}, which is no folder`)
  }
  return { files: () => filesIn(folder) }
}

/** The files in a folder, read one at a time; their keys are their paths in it. */
async function* filesIn(folder: string): AsyncGenerator<SourceFile> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    yield { key: relative(folder, file).split(sep).join('/'), body: await readFile(file) }
  }
}

function* sampleFiles(date: string): Generator<SourceFile> {
  for (const ago of [2, 1, 0]) {
    const day = new Date(Date.parse(date) - ago * DAY).toISOString().slice(0, 10)
    yield* clickFiles(day)
  }
}
