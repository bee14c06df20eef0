import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Failure } from '../lib/error.ts'
import type { Command } from './usher.ts'

/** Where `usher durations` writes how long tables took, for the machine to be arranged by. */
const durationsFile = fileURLToPath(new URL('../durations.json', import.meta.url))

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

export const durationsCommand: Command = {
  usage: 'durations [--stage S]',
  summary: 'Writes down how long tables take in AWS, for the night to be arranged by.',
  help: `Writes durations.json: for each table the seconds that it took to extract and
load, or to transform, in the middle of the last nights in which it was loaded.
Commit it: the next deploy arranges the state machine by it, so that what takes
long is begun early.

  --stage  of bin/stages; the first unless said`,
  options: { stage: { type: 'string' } },
  async run([word], { stage }) {
    if (word !== undefined) throw new Failure('BadInput', `'${word}' is not asked for`)
    const { findMachine } = await import('./deployed/night-machine.ts')
    const { measure } = await import('./deployed/measure.ts')
    const machine = await findMachine(stage)
    const { seconds, nights, known } = await measure(machine)
    const tables = Object.keys(seconds).length
    if (tables === 0) {
      throw new Failure('BadInput', `no night of ${machine.name} has loaded a table yet`)
    }
    // What none of these nights has loaded took what it took before.
    const all = { ...knownDurations(), ...seconds }
    const kept = Object.entries(all).filter(([table]) => known.includes(table))
    const sorted = Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
    writeFileSync(durationsFile, `${JSON.stringify(sorted, null, 2)}\n`)
    console.log(`durations.json: ${tables} tables, from ${nights} nights of ${machine.name}`)
    return 0
  },
}
