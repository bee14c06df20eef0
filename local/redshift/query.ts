import { bind } from './api/request.ts'
import { SqlError } from './error.ts'
import { tokenize } from './sql/token.ts'
import { translate } from './sql/translate.ts'
import { type Database, openDatabase } from './warehouse/database.ts'
import { Locks } from './warehouse/lock.ts'
import { Session } from './warehouse/session.ts'

/** The rows of a query. Values are plain: numbers beyond 2^53, decimals, dates and JSON as text. */
export interface QueryResult {
  readonly columns: { name: string; type: string }[]
  readonly rows: unknown[][]
}

/**
 * Runs one SELECT, in Redshift's SQL, over a warehouse's file. Throws an Error of one sentence when
 * there is no file or another process holds it, and a SqlError for SQL that is refused.
 */
export async function query(file: string, sql: string): Promise<QueryResult> {
  const database = await openDatabase(file, { readOnly: true })
  try {
    return await runQuery(database, sql)
  } finally {
    database.close()
  }
}

/** A question, and what its `:names` stand for. */
export interface Question {
  readonly text: string
  readonly parameters: Readonly<Record<string, string>>
}

/** Asks one question. */
export type Ask = (question: Question) => Promise<QueryResult>

/** Lets questions be asked of a warehouse's file, as `query` does, without opening it for each of them. */
export async function asking<T>(file: string, work: (ask: Ask) => Promise<T>): Promise<T> {
  const database = await openDatabase(file, { readOnly: true })
  try {
    return await work(async ({ text, parameters }) => {
      const [bound = ''] = bind([text], new Map(Object.entries(parameters)))
      return runQuery(database, bound)
    })
  } finally {
    database.close()
  }
}

/** Runs one SELECT over a warehouse that is open. */
export async function runQuery(database: Database, sql: string): Promise<QueryResult> {
  const tokens = tokenize(sql)
  if (!['select', 'with', '('].includes(tokens[0]?.value ?? '')) {
    throw new SqlError('only a SELECT can be run here')
  }
  const session = await Session.open(database, new Locks(), false)
  try {
    const result = await session.run(translate(tokens, await session.context()))
    const types = result.columnTypes()
    const columns = result
      .columnNames()
      .map((name, i) => ({ name: columnName(name), type: String(types[i]).toLowerCase() }))
    return { columns, rows: await result.getRowsJson() }
  } finally {
    session.close()
  }
}

/** Redshift calls a column without a name as its function: `count`, where DuckDB has `count_star()`. */
const columnName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^count_star\(\)$/, 'count')
    .replace(/^(\w+)\(.*\)$/s, '$1')
