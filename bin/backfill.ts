import { Failure } from '../lib/error.ts'
import { daysBefore } from '../lib/table/moment.ts'
import { displayOn } from '../local/display.ts'
import { runBackfill } from './deployed/backfill.ts'
import { findMachine } from './deployed/night-machine.ts'
import { dateOf, nightOptions, noWords, repeated, wishOf } from './deployed/options.ts'
import type { Command } from './usher.ts'

export const backfillCommand: Command = {
  usage:
    'backfill --from D --to D [--tables a,+b] [--force] [--accept a] [--concurrency N] [--stage S]',
  summary: 'Does the nights of many dates in AWS, one after another.',
  help: `Has a night done for each date from the first to the last, as npx usher start
does: what is running is waited for, what has failed is started again. A date is
skipped where its newest execution was asked for the same, has succeeded, and
ran the machine as it is deployed now. So the same command goes on where it was
ended; with --force, the one that it gives when it ends does. Ctrl-C leaves
running what is running. A date that fails does not stop the others, unless the
first three fail in the same way.

  --from, --to   the first and the last run date
  --tables       only these, as for npx usher start
  --force        do the tables again that are complete already
  --accept       publish the new rows of these tables whatever their checks say
  --concurrency  so many nights at once, 20 at most; 1 unless said
  --stage        of bin/stages; the first unless said

It ends with 0 if every night has succeeded.`,
  options: {
    ...nightOptions,
    from: { type: 'string' },
    to: { type: 'string' },
    concurrency: { type: 'string', default: '1' },
  },
  async run(words, options) {
    noWords(words, 'give the dates as --from 2026-11-01 --to 2026-11-23')
    const { from, to, concurrency } = options
    if (from === undefined || to === undefined) {
      throw new Failure('BadInput', 'give both dates: --from 2026-11-01 --to 2026-11-23')
    }
    const most = Number(concurrency)
    if (!Number.isInteger(most) || most < 1 || most > 20) {
      throw new Failure('BadInput', `--concurrency '${concurrency}' is no number from 1 to 20`)
    }
    const machine = await findMachine(options.stage)
    const first = dateOf(machine, '--from', from)
    const last = dateOf(machine, '--to', to)
    if (first > last) {
      throw new Failure('BadInput', `--from ${first} is after --to ${last}: change them round`)
    }
    const dates: string[] = []
    for (let date = first; date <= last; date = daysBefore(date, -1)) dates.push(date)
    const wish = await wishOf(machine, options)
    const same = options.concurrency === '1' ? '' : ` --concurrency ${most}`
    return runBackfill(machine, {
      ...{ dates, wish, most, display: displayOn(process.stdout) },
      command: (from) =>
        `npx usher backfill --from ${from} --to ${last}${repeated(options)}${same}`,
    })
  },
}
