import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { MACROS, SYSTEM } from '../sql/macros.ts'
import { quoteText } from '../sql/token.ts'
import { CATALOG, CATALOG_TABLES, FILE, SYSTEM_TABLES, SYSTEM_VIEWS } from './schema.ts'

/** The warehouse's file, opened, with Redshift's functions and system views beside it in memory. */
export interface Database {
  /** A connection of its own: temporary tables and the transaction are private to it. */
  connect(): Promise<DuckDBConnection>
  close(): void
}

const SETTINGS = [
  `set search_path = '${FILE}.public,${SYSTEM}'`,
  "set TimeZone = 'UTC'",
  'set integer_division = true',
  "set default_null_order = 'nulls_last_on_asc_first_on_desc'",
]

/** Puts all that has been committed into the file itself, so that it can be copied or opened. */
export const CHECKPOINT = `checkpoint ${FILE}`

const FILE_SETUP = [
  `create schema if not exists ${FILE}.public`,
  `create schema if not exists ${CATALOG}`,
  ...CATALOG_TABLES,
]

const SETUP = [
  `create schema ${SYSTEM}`,
  ...SETTINGS,
  ...MACROS.map((macro) => `create macro ${SYSTEM}.${macro}`),
  ...SYSTEM_TABLES,
  ...SYSTEM_VIEWS,
]

/**
 * Opens the file, and creates it unless it is only to be read. Throws an Error of one sentence when
 * another process holds it.
 */
export async function openDatabase(file: string, { readOnly = false } = {}): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const mode = readOnly ? ' (READ_ONLY)' : ''
    await connection.run(`attach ${quoteText(file)} as ${FILE}${mode}`)
    for (const sql of readOnly ? SETUP : [...FILE_SETUP, ...SETUP]) await connection.run(sql)
  } catch (error) {
    instance.closeSync()
    throw explain(file, error)
  } finally {
    connection.closeSync()
  }
  return {
    async connect() {
      const connection = await instance.connect()
      for (const setting of SETTINGS) await connection.run(setting)
      return connection
    },
    close: () => instance.closeSync(),
  }
}

function explain(file: string, error: unknown): Error {
  const { message } = error as Error
  if (/lock on file|unique file handle|already attached/i.test(message)) {
    return new Error(`${file} is in use by another process: try again when it has ended`)
  }
  if (/does not exist/i.test(message)) return new Error(`there is no warehouse at ${file} yet`)
  return new Error(`${file} is not a warehouse: ${message.split('\n')[0]}`, { cause: error })
}
