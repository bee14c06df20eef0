import { createHash } from 'node:crypto'
import type { Extract } from '../manifest/manifest.ts'
import { date, timestamp, varchar } from '../table/column.ts'
import { type Definition, definition, isOfItsDate } from '../table/definition.ts'
import { sql } from '../table/sql.ts'
import { define } from '../table/table.ts'
import type { Load } from './audit.ts'
import { tableName } from './ddl.ts'
import type { Work } from './load.ts'
import { assertCount, isIncremental, type Step, step } from './publish.ts'
import { prepareTable } from './schema.ts'

const journal = define(
  'loads_of',
  {
    run: varchar(80).describe('The name of the Step Functions execution.'),
    run_date: date().describe('The day of the rows.'),
    read_at: timestamp().nullable().describe('When its reading began, in UTC.'),
    read_until: timestamp().nullable().describe('When its reading had ended, in UTC.'),
  },
  {
    schema: 'usher',
    description: 'One row for each load of one table, by which its loads know of each other.',
  },
  { by: 'transform', query: sql`` },
)[definition]

/** The most bytes of a name. */
const LONGEST = 127

/**
 * The loads of one table, in a table of their own. Other than `usher.loads` it can be read inside a
 * load's transaction without colliding, since whoever writes it holds the lock of the table.
 */
export const journalOf = (table: Definition): Definition => ({
  ...journal,
  ...besideLoads('loads_of', table),
})

/** The name of what is kept of one table, or of one date of it, in the schema of `usher.loads`. */
export function besideLoads(what: string, { id: table }: Definition, date?: string) {
  const { schema } = journal
  const id = date === undefined ? table : `${table}_${date.replaceAll('-', '_')}`
  const whole = `${what}_${id}`
  const digest = createHash('sha256').update(id).digest('hex').slice(0, 16)
  const name = whole.length > LONGEST ? `${whole.slice(0, LONGEST - 17)}_${digest}` : whole
  return { id: `${schema}.${name}`, schema, name }
}

/**
 * Whether it matters which of two loads comes first: an extract is as old as its reading, where a
 * transform is of the present, unless it asks for the run date.
 */
export const hasJournal = (table: Definition): boolean =>
  table.made.by !== 'transform' || isOfItsDate(table)

/** The loads that must not come between: where dates have rows of their own, those of the same one. */
function loadsOf(table: Definition, date: string): string {
  const all = isOfItsDate(table) || isIncremental(table)
  const these = all ? '' : ` where run_date = cast('${date}' as date)`
  return `(select count(*) from ${tableName(journalOf(table))}${these})`
}

/**
 * What makes sure that nobody has loaded a table since now: whatever is looked at from here on is so
 * in the transaction too, which waits for others before it checks that. The run date's holder is what
 * is looked at first: an execution that was stopped must not load after the one that has it now.
 */
export async function holdStill(work: Work): Promise<Step[]> {
  const { warehouse, table, date, deadline } = work
  if (!hasJournal(table)) return []
  await prepareTable(warehouse, journalOf(table), deadline)
  const count = loadsOf(table, date)
  const statement = { text: `select ${count} as loads`, parameters: {} }
  const [row] = await warehouse.query(statement, deadline)
  await work.checkHeld?.()
  const failure = 'another night has loaded it meanwhile'
  return [{ ...assertCount(count, Number(row?.loads), failure), passes: true }]
}

/** Tells the table's other loads of this one, and of what time its rows are. */
export function writeJournal(
  table: Definition,
  { run, date }: Load,
  { readAt, readUntil }: Pick<Extract, 'readAt' | 'readUntil'> = {},
): Step[] {
  if (!hasJournal(table)) return []
  const read = readAt !== undefined && readUntil !== undefined
  const columns = ['run', 'run_date', ...(read ? ['read_at', 'read_until'] : [])]
  const values = ['cast(:run as varchar(80))', 'cast(:date as date)']
  if (read) values.push('cast(:read_at as timestamp)', 'cast(:read_until as timestamp)')
  const text = `insert into ${tableName(journalOf(table))} (${columns.join(', ')})
values (${values.join(', ')})`
  const times = read && { read_at: timeOf(readAt), read_until: timeOf(readUntil) }
  return [step(text, { run, date, ...times })]
}

/** An instant of ISO 8601 as a timestamp in UTC. */
export const timeOf = (instant: string): string => instant.replace('T', ' ').replace('Z', '')
