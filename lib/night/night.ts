import { Failure } from '../error.ts'
import type { Graph } from '../graph/graph.ts'
import { namesLike } from '../graph/near.ts'
import { select } from '../graph/select.ts'
import { daysBefore, isDate } from '../table/moment.ts'

/** The input of an execution, as a person or the schedule writes it. */
export interface NightInput {
  /** The run date: `2026-11-23`. */
  readonly date?: string
  /** The tables to do: `events`, `+events` with all it is made from, `events+` with all made from it. */
  readonly tables?: readonly string[]
  /** Do the tables again that are complete already. */
  readonly force?: boolean
  /** Tables whose new rows are published whatever is found wrong with them: their checks only tell. */
  readonly accept?: readonly string[]
  /** Set by the schedule in place of a date: an instant. */
  readonly scheduledTime?: string
}

/** An execution, as Step Functions knows it. */
export interface Execution {
  readonly input: unknown
  /** Its name. */
  readonly run: string
  /** Its ARN. */
  readonly execution: string
  readonly redrives: number
  /** When it started: an instant. */
  readonly startedAt: string
}

/** What every state of the execution is given. */
export interface Night {
  readonly date: string
  /** The execution's name. */
  readonly run: string
  readonly tables: readonly string[]
  readonly force: boolean
  /** None in an execution that began before there was such a thing. */
  readonly accept?: readonly string[]
}

/**
 * Fixes what the night is about, once: no task asks for the time again. The schedule's night is the
 * day before its instant, in the time zone of the business. Throws a BadInput that shows the value.
 */
export function nightOf(
  { input, run, startedAt }: Pick<Execution, 'input' | 'run' | 'startedAt'>,
  graph: Graph,
  timeZone: string,
): Night {
  const { date, tables = [], force = false, accept = [], scheduledTime } = check(input)
  if (date === undefined && scheduledTime === undefined) {
    throw new Failure('BadInput', 'the input has no date: give {"date": "2026-11-23"}')
  }
  const today = dayOf(startedAt, timeZone)
  if (date !== undefined && date > today) {
    // It would be taken for newer than every night until then.
    const problem = `the input's date ${date} is in the future: today is ${today} in ${timeZone}`
    throw new Failure('BadInput', problem)
  }
  select(graph, tables)
  checkTables(graph, accept)
  return { date: date ?? dayBefore(scheduledTime ?? '', timeZone), run, tables, force, accept }
}

/** What is accepted is named table by table: a person has looked at each. */
function checkTables(graph: Graph, accept: readonly string[]): void {
  const unknown = accept.filter((id) => !graph.get(id)?.table)
  if (unknown.length === 0) return
  const known = [...graph.values()].flatMap(({ id, table }) => (table ? [id] : []))
  const problem = `the input accepts no such table: ${unknown.join(', ')}`
  throw new Failure('BadInput', `${problem}; ${namesLike(unknown, known)}`)
}

function check(input: unknown): NightInput {
  const bad = (what: string) => new Failure('BadInput', `the input's ${what}`)
  if (typeof input !== 'object' || input === null) throw bad('form is {"date": "2026-11-23"}')
  const { date, tables, force, accept, scheduledTime, ...others } = input as Record<string, unknown>
  const show = JSON.stringify
  if (date !== undefined && !(typeof date === 'string' && isDate(date))) {
    throw bad(`date ${show(date)} is no date: write it as 2026-11-23`)
  }
  if (tables !== undefined && !isNames(tables)) {
    throw bad(`tables ${show(tables)} is no list of names: write it as ["events", "+sales_by_day"]`)
  }
  if (force !== undefined && typeof force !== 'boolean') {
    throw bad(`force ${show(force)} is neither true nor false`)
  }
  if (accept !== undefined && !isNames(accept)) {
    throw bad(`accept ${show(accept)} is no list of tables: write it as ["events"]`)
  }
  if (scheduledTime !== undefined && Number.isNaN(Date.parse(String(scheduledTime)))) {
    throw bad(`scheduledTime ${show(scheduledTime)} is no time`)
  }
  const [unknown] = Object.keys(others)
  if (unknown) throw bad(`'${unknown}' is not known: there are date, tables, force and accept`)
  return input
}

const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === 'string')

/** The day before the day that an instant falls on, where the clocks show `timeZone`. */
export const dayBefore = (instant: string, timeZone: string): string =>
  daysBefore(dayOf(instant, timeZone), 1)

/** The day that an instant falls on. Swedish writes dates as ISO 8601 does. */
const dayOf = (instant: string, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(new Date(instant))

/** The time that the clocks show at an instant: `06:30`. */
export const timeOf = (instant: string, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, timeStyle: 'short' }).format(new Date(instant))
