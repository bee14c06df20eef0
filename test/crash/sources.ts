import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { clickFiles } from '../../local/logs/sample.ts'
import { inserts } from '../../local/mysql/insert.ts'
import { sample } from '../../local/mysql/sample.ts'
import { schema, type TableName } from '../../local/mysql/schema.ts'
import { findServer, startServer } from '../../local/mysql/server.ts'
import { secretOf } from '../../local/services/secrets.ts'
import { provide, type SourceFile } from '../../local/sources.ts'
import { TIDES_TABLE } from './tide.ts'

/** Rows that are left of each table of the sample: crashes care for calls, not for rows. */
const ROWS = 60
/** Files that are left of each day's logs. */
const FILES = 2

/** The sources of the sample warehouse, each of little. */
export interface Sources {
  /** By the names that the warehouse gives them. */
  readonly secrets: Record<string, object>
  readonly files: readonly SourceFile[]
  /** The names of the sources that cannot be had here. */
  readonly missing: readonly string[]
  /** Changes rows of MySQL, as a day does. */
  change(statements: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** Starts what the sample warehouse reads, with the data of some dates and the days before them. */
export async function startSources(directory: string, dates: readonly string[]): Promise<Sources> {
  const date = dates.at(-1) ?? ''
  const secrets: Record<string, object> = {}
  const missing = ['search', 'spark']
  const stops: (() => Promise<void>)[] = []
  const others = [
    { name: 'sixpack', kind: 'redis', secret: 'usher/sixpack' },
    { name: 'analytics', kind: 'googleAnalytics', secret: 'usher/analytics' },
    { name: 'stubmarket', kind: 'http', secret: 'usher/stubmarket' },
    { name: 'boxoffice', kind: 'http', secret: 'usher/boxoffice' },
  ]
  let admin = ''
  const reach = async (source: (typeof others)[number]) => {
    const had = await provide(source, { directory, date, log: () => {} })
    if ('missing' in had) return void missing.push(source.name)
    if (had.stop) stops.push(had.stop)
    if (had.secret) secrets[source.secret] = had.secret
  }
  const production = async () => {
    if (!findServer()) return void missing.push('production')
    const dir = join(directory, 'mysql')
    mkdirSync(dir, { recursive: true })
    const server = await startServer({ dir, database: 'marketplace' })
    stops.push(server.stop)
    admin = server.adminUrl
    await run(admin, [...statementsOf(), TIDES_TABLE])
    secrets['usher/production'] = secretOf(new URL(server.url))
  }
  await Promise.all([production(), ...others.map(reach)])
  return {
    secrets,
    missing,
    files: [...new Set(dates.flatMap(daysUntil))].flatMap((day) =>
      [...clickFiles(day)].slice(0, FILES),
    ),
    change: (statements) => run(admin, ['USE marketplace', ...statements]),
    async stop() {
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}

const daysUntil = (date: string): string[] =>
  [2, 1, 0].map((ago) => new Date(Date.parse(date) - ago * 86_400_000).toISOString().slice(0, 10))

function* statementsOf(): Generator<string> {
  yield 'CREATE DATABASE marketplace COLLATE utf8mb4_unicode_ci'
  yield 'USE marketplace'
  yield `SET unique_checks = 0, foreign_key_checks = 0, time_zone = '+00:00'`
  for (const table of Object.keys(schema) as TableName[]) {
    yield schema[table]
    yield* inserts(table, first(sample[table](), ROWS))
  }
}

function* first<T>(list: Iterable<T>, count: number): Generator<T> {
  let left = count
  for (const one of list) {
    if (left-- <= 0) return
    yield one
  }
}

async function run(uri: string, statements: Iterable<string>): Promise<void> {
  const connection = await createConnection({ uri, charset: 'utf8mb4' })
  try {
    for (const statement of statements) await connection.query(statement)
  } finally {
    await connection.end()
  }
}
