import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from '@jest/globals'

/**
 * Compares text with a file in `test/goldens`, which a person reads in a review. After a change that
 * is meant, `UPDATE_GOLDENS=1 npm test` writes the files anew.
 */
export function expectGolden(name: string, text: string): void {
  const file = fileURLToPath(new URL(`goldens/${name}`, import.meta.url))
  if (process.env.UPDATE_GOLDENS) writeFileSync(file, text)
  expect(existsSync(file) ? readFileSync(file, 'utf8') : `there is no ${file}`).toBe(text)
}
