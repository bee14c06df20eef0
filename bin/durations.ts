import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Failure } from '../lib/error.ts'

/** Where `usher durations` writes how long tables took, for the machine to be arranged by. */
export const durationsFile = fileURLToPath(new URL('../durations.json', import.meta.url))

/** The seconds that tables took in the last nights; none before there were any. */
export function knownDurations(): Readonly<Record<string, number>> {
  if (!existsSync(durationsFile)) return {}
  const known: unknown = JSON.parse(readFileSync(durationsFile, 'utf8'))
  const valid =
    typeof known === 'object' &&
    known !== null &&
    Object.values(known).every((seconds) => typeof seconds === 'number' && seconds >= 0)
  if (valid) return known as Record<string, number>
  throw new Failure('BadInput', 'durations.json is not {"table": seconds}: npx usher durations')
}
