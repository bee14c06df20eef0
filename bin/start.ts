import { Failure } from '../lib/error.ts'
import { isDate } from '../lib/table/moment.ts'
import { displayOn } from '../local/display.ts'
import { begin } from './deployed/begin.ts'
import { findMachine } from './deployed/night-machine.ts'
import { dateOf, nightOptions, noWords, repeated, wishOf, yesterday } from './deployed/options.ts'
import { showProgress } from './deployed/progress.ts'
import type { Command } from './usher.ts'

export const startCommand: Command = {
  usage: 'start [--date D] [--tables a,+b,c+] [--force] [--accept a] [--detach] [--stage S]',
  summary: 'Starts a night in AWS and follows it.',
  help: `Starts an execution of the state machine that is deployed, and shows how it goes
until it ends. Ctrl-C leaves it running. It ends with 0 if every table is
complete.

  --date    the run date; yesterday, in the stage's time zone, unless said
  --tables  only these, with commas between: orders is that table alone, +orders
            is it and everything it is made from, orders+ is it and everything
            that is made from it
  --force   do the tables again that are complete already
  --accept  publish the new rows of these tables whatever their checks say
  --detach  do not follow it
  --stage   of bin/stages; the first unless said

An execution is called by its run date: 2026-11-23, and 2026-11-23-2 for the
next attempt. Where it is running already, it is followed and not started again;
where another night has the date, none is started.
What is complete it passes by in milliseconds.`,
  options: {
    ...nightOptions,
    date: { type: 'string' },
    detach: { type: 'boolean', default: false },
  },
  async run(words, options) {
    const [word = ''] = words
    noWords(words, `is it ${isDate(word) ? `--date ${word}` : `--tables ${words.join(',')}`}?`)
    const machine = await findMachine(options.stage)
    const date =
      options.date === undefined
        ? yesterday(machine.stage.timeZone)
        : dateOf(machine, '--date', options.date)
    const meaning = { date, ...(await wishOf(machine, options)) }
    const { how, arn, name } = await begin(machine, meaning)
    const display = displayOn(process.stdout)
    const status = `npx usher status ${name}${repeated({ stage: options.stage })} --watch`
    if (how === 'held') {
      const problem = `the execution ${name} is doing ${date}: wait until it ends, with ${status}`
      throw new Failure('RunHeld', problem)
    }
    display.line(
      how === 'started'
        ? `Started ${name} on ${machine.name}.`
        : `${name} is running already on ${machine.name}.`,
    )
    if (options.detach) {
      display.line('This shows how it stands:')
      display.line(`  ${status}`)
      return 0
    }
    display.line()
    return showProgress(machine, { arn, meaning, display, stage: options.stage, status })
  },
}
