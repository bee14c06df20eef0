import { createHash } from 'node:crypto'
import type { ListedFile } from './origin.ts'

/** The same for the same files, whoever lists them and in whatever order. */
export function fingerprintOf(files: readonly ListedFile[]): string {
  const lines = files.map(({ url, bytes, etag }) => `${url}\0${bytes}\0${etag}\n`).sort()
  return createHash('sha256').update(lines.join('')).digest('hex')
}
