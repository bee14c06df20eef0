import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Connection, createConnection } from 'mysql2/promise'
import { inserts } from './insert.ts'
import { sample } from './sample.ts'
import { schema, type TableName } from './schema.ts'

/** The database's name. */
export const DATABASE = 'marketplace'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** A name for what the sample is today: any change of the code that makes it changes the name. */
export function sampleVersion(): string {
  const files = readdirSync(here('sample'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `sample/${file}`)
  const hash = createHash('sha256')
  for (const file of [...files, 'insert.ts', 'load.ts', 'sample.ts', 'schema.ts'].sort()) {
    hash.update(`${file}\n`).update(readFileSync(here(file)))
  }
  return hash.digest('hex')
}

/** Writes the sample, unless all of it is there. */
export async function loadSample(url: string, log: (sentence: string) => void): Promise<void> {
  const connection = await createConnection({ uri: url, charset: 'utf8mb4' })
  try {
    if (await isLoaded(connection)) return
    await connection.query(`DROP DATABASE IF EXISTS ${DATABASE}`)
    await connection.query(`CREATE DATABASE ${DATABASE} COLLATE utf8mb4_unicode_ci`)
    await connection.query(`USE ${DATABASE}`)
    await connection.query(
      "SET unique_checks = 0, foreign_key_checks = 0, autocommit = 0, time_zone = '+00:00'",
    )
    for (const table of Object.keys(schema) as TableName[]) await write(connection, table, log)
    await markLoaded(connection)
  } finally {
    await connection.end()
  }
}

async function write(
  connection: Connection,
  table: TableName,
  log: (sentence: string) => void,
): Promise<void> {
  await connection.query(schema[table])
  const rows = [...sample[table]()]
  log(`writing ${rows.length.toLocaleString('en')} ${table}`)
  // While the server works on one statement, the next one is written.
  let working: Promise<unknown> = Promise.resolve()
  for (const statement of inserts(table, rows)) {
    await working
    working = connection.query(statement)
  }
  await working
  await connection.query('COMMIT')
}

// The mark is in another database, so that the marketplace holds nothing but its tables.
const MARK = 'usher_sample.loaded'

async function isLoaded(connection: Connection): Promise<boolean> {
  await connection.query('CREATE DATABASE IF NOT EXISTS usher_sample')
  await connection.query(`CREATE TABLE IF NOT EXISTS ${MARK} (version char(64) PRIMARY KEY)`)
  const [rows] = await connection.query(`SELECT version FROM ${MARK}`)
  if ((rows as { version: string }[])[0]?.version === sampleVersion()) return true
  await connection.query(`DELETE FROM ${MARK}`)
  return false
}

async function markLoaded(connection: Connection): Promise<void> {
  await connection.query(`INSERT INTO ${MARK} VALUES ('${sampleVersion()}')`)
  await connection.query('COMMIT')
}
