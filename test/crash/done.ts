import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Tally } from './tally.ts'

/** What has been tried, a line for each plan that was done. */
const FILE = '.usher/crash.jsonl'

interface Done {
  readonly plan: string
  readonly every: number
  /** By what went wrong. */
  readonly tallies: Readonly<Record<string, Tally>>
}

/** What a run that was ended had done, by its plans; unless this one goes on, that is forgotten. */
export function triedBefore(every: number, { goOn }: { readonly goOn: boolean }) {
  if (!goOn) rmSync(FILE, { force: true })
  const lines = existsSync(FILE) ? readFileSync(FILE, 'utf8').split('\n').filter(Boolean) : []
  const done = lines.map((line) => JSON.parse(line) as Done).filter((own) => own.every === every)
  return new Map(done.map(({ plan, tallies }) => [plan, tallies]))
}

/** Writes down that a plan is done. */
export function keep(plan: string, every: number, tallies: Done['tallies']): void {
  mkdirSync(dirname(FILE), { recursive: true })
  appendFileSync(FILE, `${JSON.stringify({ plan, every, tallies } satisfies Done)}\n`)
}
