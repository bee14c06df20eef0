import { bigint, date, timestamp, varchar } from '../table/column.ts'
import { type Definition, definition } from '../table/definition.ts'
import { sum } from '../table/measure.ts'
import { type Statement, sql } from '../table/sql.ts'
import { define } from '../table/table.ts'
import { tableName } from './ddl.ts'
import type { Work } from './load.ts'
import { isIncremental, mergeOf, stagedRows } from './publish.ts'

/** As much as is kept of what a person has accepted. */
export const ACCEPTED_BYTES = 4000

/** What `usher.loads` keeps of a table's load, and of a night. */
export interface Load {
  /** The execution that asked for it. */
  readonly run: string
  readonly date: string
  /** The manifest it was loaded from; none for a transform. */
  readonly manifest?: string
  /** Stands for the statement of a transform, which may be mended between two tries. */
  readonly statement?: string
  /** What was found wrong, and is published since a person accepts it. */
  readonly accepted?: string
  /** Loaded though it is loaded for a later date. */
  readonly force?: boolean
}

const loadsTable = define(
  'loads',
  {
    run: varchar(80).describe('The name of the Step Functions execution.'),
    table_name: varchar(255).describe('The table that was loaded: events, or legacy.events.'),
    run_date: date().describe('The day of the rows: the run date, or an earlier one read again.'),
    row_count: bigint().describe('The rows that were published.'),
    manifest: varchar(1024)
      .nullable()
      .describe('The manifest that COPY read; NULL for a transform.'),
    statement: varchar(16)
      .nullable()
      .describe('Stands for the SQL and the columns of a transform; NULL for an extract.'),
    table_rows: bigint()
      .nullable()
      .describe('All rows of the table then, where only changes are loaded; else NULL.'),
    accepted: varchar(ACCEPTED_BYTES)
      .nullable()
      .describe('What was found wrong, and was published since a person accepted it; else NULL.'),
    loaded_at: timestamp().describe('When the transaction began, in UTC.'),
  },
  {
    schema: 'usher',
    description: 'One row for each load of a table, written in the transaction that published it.',
    sort: ['run_date'],
    measures: (rows) => ({ published_rows: sum(rows.row_count) }),
  },
  { by: 'transform', query: sql`` },
)

/** The audit table, in the same words as any other. */
export const loads: Definition = loadsTable[definition]

/** When the transaction began, in UTC: a database user may live in a time zone of their own. */
export const UTC_NOW = `cast(sysdate as timestamptz) at time zone 'UTC'`

/** Adds the load to the audit table: the last statement of its transaction. */
export function recordLoad(table: Definition, load: Load): Statement {
  const { run, date, manifest, statement, accepted } = load
  const parameters = { run, table: table.id, date, ...madeOf(load), ...(accepted && { accepted }) }
  const all = isIncremental(table) ? `(select count(*) from ${tableName(table)})` : 'null'
  return {
    text: `insert into ${tableName(loads)} (run, table_name, run_date, row_count, manifest, statement,
  table_rows, accepted, loaded_at)
select cast(:run as varchar(80)), cast(:table as varchar(255)), cast(:date as date), count(*),
  ${manifest ? 'cast(:manifest as varchar(1024))' : 'null'},
  ${statement ? 'cast(:statement as varchar(16))' : 'null'}, ${all},
  ${accepted ? `cast(:accepted as varchar(${ACCEPTED_BYTES}))` : 'null'}, ${UTC_NOW}
from ${stagedRows(table)}`,
    parameters,
  }
}

/** What tells a load from another of its run and date, as parameters. */
const madeOf = ({ manifest, statement }: Load) => ({
  ...(manifest && { manifest }),
  ...(statement && { statement }),
})

/** The latest date that a table is loaded for, if that is later than this one. */
export async function laterLoad(work: Work): Promise<string | undefined> {
  const { warehouse, table, date, deadline } = work
  const statement = {
    text: `select max(run_date) as later from ${tableName(loads)}
where table_name = :table and run_date > cast(:date as date)`,
    parameters: { table: table.id, date },
  }
  const [row] = await warehouse.query(statement, deadline)
  return row?.later ?? undefined
}

/** What a load has done. */
export interface Done {
  /** The rows that it has published. */
  readonly rows: number
  readonly accepted?: string
}

/**
 * What a load has done, or undefined if it has not. One is told from another of its run and date by its
 * manifest, or its statement: without these, any of them is meant.
 */
export async function findLoad(
  { warehouse, table, deadline }: Work,
  load: Load,
): Promise<Done | undefined> {
  const made = madeOf(load)
  const same = Object.keys(made).map((name) => ` and ${name} = :${name}`)
  const statement = {
    text: `select row_count, accepted from ${tableName(loads)}
where run = :run and table_name = :table and run_date = cast(:date as date)${same.join('')}`,
    parameters: { run: load.run, table: table.id, date: load.date, ...made },
  }
  const [row] = await warehouse.query(statement, deadline)
  if (!row) return undefined
  return { rows: Number(row.row_count), ...(row.accepted && { accepted: row.accepted }) }
}

/** So many nights say how many rows are usual. */
const USUAL_NIGHTS = 7

/**
 * The rows that were published for each of the last run dates before this one, newest first; of a table
 * of which changes are loaded, only those nights count, or all rows that it had then where it is whole.
 * Where nights are merged, one that came after a later one does not count: it may have left few.
 */
export async function rowsBefore(
  { warehouse, table, date, deadline }: Work,
  { isWhole }: { readonly isWhole: boolean },
): Promise<number[]> {
  const changes = isIncremental(table) && !isWhole
  const merges = mergeOf(table) !== undefined
  const inOrder = merges
    ? `(
    select table_name, run_date, row_count, table_rows, loaded_at,
      max(run_date) over (order by loaded_at rows unbounded preceding) as latest
    from ${tableName(loads)}
    where table_name = :table
  ) as loads`
    : tableName(loads)
  const statement = {
    text: `select row_count from (
  select ${changes ? 'row_count' : 'coalesce(table_rows, row_count)'} as row_count, run_date,
    row_number() over (partition by run_date order by loaded_at desc) as newest
  from ${inOrder}
  where table_name = :table and run_date < cast(:date as date)${
    changes ? ' and row_count < table_rows' : ''
  }${merges ? ' and run_date = latest' : ''}
) as nights
where newest = 1
order by run_date desc
limit ${USUAL_NIGHTS}`,
    parameters: { table: table.id, date },
  }
  const rows = await warehouse.query(statement, deadline)
  return rows.map(({ row_count }) => Number(row_count))
}

/** What a load left, as the audit table has it. */
export interface Left {
  readonly run: string
  /** All rows of the table; undefined where the load was not one that counts them. */
  readonly tableRows?: number
}

/** What the newest load of a table left. */
export async function newestLoad({ warehouse, table, deadline }: Work): Promise<Left | undefined> {
  const statement = {
    text: `select run, table_rows
from ${tableName(loads)}
where table_name = :table
order by loaded_at desc limit 1`,
    parameters: { table: table.id },
  }
  const [row] = await warehouse.query(statement, deadline)
  return (
    row && {
      run: row.run ?? '',
      ...(row.table_rows !== null && { tableRows: Number(row.table_rows) }),
    }
  )
}
