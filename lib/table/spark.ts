import { Failure } from '../error.ts'
import type { Columns } from './column.ts'
import { definition, type SparkRead, type Tabled } from './definition.ts'
import { columnSql, identifierSql, joinSql, type Sql, sql } from './sql.ts'
import { define, type Table, type Traits } from './table.ts'
import { type Selection, selectOf } from './transform.ts'
import type { TypeName } from './type.ts'

/** What a script reads: all of a table, or of some rows what is selected. */
export type Read =
  | Tabled
  | {
      readonly select: Selection
      /** What follows FROM, to the end of the statement. */
      readonly from: Sql
    }

/** Minutes that a job has unless its table says another number. */
const MINUTES = 60

/** A night ends after 20 hours, whatever happens: some of them are for what comes before and after. */
const MOST_MINUTES = 18 * 60

/**
 * A table that a PySpark script makes from other tables, where SQL is too weak or too slow. The script's
 * function is named as the table; it is given `run_date` and, by their names in `reads`, data frames,
 * and gives one back whose columns are those of the table.
 */
export function spark<C extends Columns>(
  name: string,
  traits: Omit<Traits<C>, 'resources'> & {
    readonly columns: C
    /** The script, beside the table's file: `new URL('sessions.py', import.meta.url)`. */
    readonly script: URL
    readonly reads: Readonly<Record<string, Read>>
    /** How long the job may take, from when it is asked for: 60 unless said. */
    readonly minutes?: number
  },
): Table<C> {
  const { script, minutes = MINUTES } = traits
  const fail = (problem: string) => {
    throw new Failure('BadDeclaration', `${name}: ${problem}`)
  }
  const reads = Object.entries(traits.reads).map(([read, from]) => readOf(name, read, from))
  if (reads.length === 0) fail('its script reads nothing: name a table in reads')
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > MOST_MINUTES) {
    fail(`minutes is ${minutes}: give a whole number from 1 to ${MOST_MINUTES}`)
  }
  if (!script.pathname.endsWith('.py')) fail(`the script ${script.pathname} is no .py file`)
  return define(name, traits.columns, traits, { by: 'spark', script, reads, minutes })
}

/** What UNLOAD writes to no Parquet file, or is not known to, and what to select in its place. */
const NOT_UNLOADED: Partial<Record<TypeName, string>> = {
  time: 'cast it to varchar',
  super: 'select json_serialize of it as varchar',
  varbyte: 'select to_hex of it as varchar',
}

function readOf(name: string, read: string, from: Read): SparkRead {
  const where = `${name}.reads.${read}`
  const fail = (problem: string) => {
    throw new Failure('BadDeclaration', `${where}: ${problem}`)
  }
  if (!/^[a-z_][a-z0-9_]*$/.test(read) || read === 'run_date') {
    fail('its name is an argument of the script: lower-case letters, digits and _, not run_date')
  }
  if (from === undefined) {
    fail('is undefined: there is no such export, or two files import each other')
  }
  const columns =
    definition in from
      ? from[definition].columns
      : Object.entries(from.select).map(([name, column]) => ({ name, column }))
  for (const { name, column } of columns) {
    const { type } = column.facts
    const help = NOT_UNLOADED[type.name]
    if (help) fail(`${name} is ${type.ddl}, which is not unloaded: ${help}`)
  }
  const query = definition in from ? wholeOf(from) : selectOf(where, from.select, from.from)
  return { name: read, columns, query }
}

function wholeOf(table: Tabled): Sql {
  const of = table[definition]
  const mention = { of, alias: of.alias }
  const columns = of.columns.map(({ name }) => {
    return sql`${columnSql(mention, name)} as ${identifierSql(name)}`
  })
  return sql`select ${joinSql(columns, ', ')} from ${table}`
}
