import { createHash } from 'node:crypto'
import { date, varchar } from '../table/column.ts'
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

/** The name of what is kept of one table, in the schema of `usher.loads`. */
export function besideLoads(what: string, { id }: Definition) {
  const { schema } = journal
  const whole = `${what}_${id}`
  const digest = createHash('sha256').update(id).digest('hex').slice(0, 16)
  const name = whole.length > LONGEST ? `${whole.slice(0, LONGEST - 17)}_${digest}` : whole
  return { id: `${schema}.${name}`, schema, name }
}

/** Whether it matters which of two loads comes first; elsewhere nothing is looked at before one. */
const hasJournal = (table: Definition): boolean => isOfItsDate(table) || isIncremental(table)

/**
 * What makes sure that nobody has loaded a table since now: whatever is looked at from here on is so
 * in the transaction too, which waits for others before it checks that.
 */
export async function holdStill({ warehouse, table, deadline }: Work): Promise<Step[]> {
  if (!hasJournal(table)) return []
  const own = journalOf(table)
  await prepareTable(warehouse, own, deadline)
  const count = `(select count(*) from ${tableName(own)})`
  const statement = { text: `select ${count} as loads`, parameters: {} }
  const [row] = await warehouse.query(statement, deadline)
  const failure = 'another night has loaded it meanwhile'
  return [{ ...assertCount(count, Number(row?.loads), failure), passes: true }]
}

/** Tells the table's other loads of this one. */
export function writeJournal(table: Definition, { run, date }: Load): Step[] {
  if (!hasJournal(table)) return []
  const values = 'cast(:run as varchar(80)), cast(:date as date)'
  const text = `insert into ${tableName(journalOf(table))} (run, run_date) values (${values})`
  return [step(text, { run, date })]
}
