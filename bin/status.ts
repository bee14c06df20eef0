import { Failure } from '../lib/error.ts'
import { columns, displayOn } from '../local/display.ts'
import { describe, executions, find, type Listed } from './deployed/listing.ts'
import { findMachine, type NightMachine } from './deployed/night-machine.ts'
import { nightOptions, repeated } from './deployed/options.ts'
import { showProgress } from './deployed/progress.ts'
import { standingLines } from './deployed/report.ts'
import { isRunning } from './deployed/watch.ts'
import { clock, statusWord, took } from './deployed/words.ts'
import type { Command } from './usher.ts'

/** Executions that are listed. */
const LISTED = 10

export const statusCommand: Command = {
  usage: 'status [DATE | EXECUTION] [--watch] [--stage S]',
  summary: 'Shows the nights in AWS, and how the tables of one stand.',
  help: `Lists the last ${LISTED} executions of the state machine that is deployed, and how the
tables of the newest stand: what is done, under way, waiting, failed and why.

  npx usher status                 the last executions, and the newest
  npx usher status 2026-11-23      the newest of that run date
  npx usher status nightly-5c0e…   one execution, by its name or its beginning

  --watch  follow it until it ends: with 0 if every table is complete
  --stage  of bin/stages; the first unless said`,
  options: { stage: nightOptions.stage, watch: { type: 'boolean', default: false } },
  async run([word, ...others], { stage, watch }) {
    if (others.length > 0) throw new Failure('BadInput', 'give one date or execution, or none')
    const machine = await findMachine(stage)
    const display = displayOn(process.stdout)
    const found = word === undefined ? await list(machine, display.line) : await find(machine, word)
    if (!found && word !== undefined) {
      const problem = `${machine.name} has no execution ${word}: npx usher status lists them`
      throw new Failure('BadInput', problem)
    }
    if (!found) {
      display.line(`${machine.name} has had no executions yet: npx usher start starts one.`)
      return 0
    }
    if (watch && isRunning(found.standing)) {
      const again = `npx usher status ${found.name}${repeated({ stage })} --watch`
      return showProgress(machine, { ...found, display, stage, status: again })
    }
    for (const line of await standingLines(machine, found, stage)) display.line(line)
    return watch && found.standing.status !== 'SUCCEEDED' ? 1 : 0
  },
}

/** Lists the newest executions; gives the very newest. */
async function list(machine: NightMachine, line: (text?: string) => void) {
  const { timeZone } = machine.stage
  const newest: Listed[] = []
  for await (const execution of executions(machine)) {
    if (newest.push(await describe(machine, execution)) === LISTED) break
  }
  if (newest.length === 0) return undefined
  const rows = newest.map(({ name, meaning, standing }) => [
    meaning?.date ?? '?',
    name.length > NAME ? `${name.slice(0, NAME - 1)}…` : name,
    statusWord(standing.status),
    clock(standing.started, timeZone),
    took(standing),
  ])
  const header = ['date', 'execution', 'status', 'started', 'took']
  for (const text of columns([header, ...rows], [4])) line(text)
  line()
  return newest[0]
}

/** The most letters of an execution's name in a list. */
const NAME = 24
