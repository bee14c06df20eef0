import type { S3Client } from '@aws-sdk/client-s3'
import type { DuckDBMaterializedResult } from '@duckdb/node-api'
import { SqlError, syntaxError, unknownHere } from '../error.ts'
import { Reader } from '../sql/reader.ts'
import { tokenize } from '../sql/token.ts'
import { translate } from '../sql/translate.ts'
import type { Session } from '../warehouse/session.ts'
import { alterTable } from './alter.ts'
import { copy } from './copy.ts'
import { createSchema, createTable, dropTable } from './create.ts'
import { alterDefaultPrivileges, grant, revoke } from './grant.ts'
import { alterUser, createRole, createUser } from './identity.ts'
import { analyze, vacuum } from './maintain.ts'
import { mayRun } from './need.ts'
import { comment, lock } from './other.ts'
import { unload } from './unload.ts'
import { createView } from './view.ts'
import { remove, write } from './write.ts'

/** What a statement leaves: the rows of a query, or how many rows it changed. */
export interface Outcome {
  readonly count: number
  readonly result?: DuckDBMaterializedResult
}

/** Where a statement runs. */
export interface Place {
  readonly session: Session
  readonly s3: S3Client
  readonly queryId: number
  /** Writes to the system tables, outside the transaction. */
  readonly note: (sql: string) => Promise<void>
}

type Statement = (place: Place, reader: Reader) => Promise<number | undefined>

/** A statement that Redshift refuses between BEGIN and COMMIT. */
const alone =
  (message: string, statement: Statement): Statement =>
  async (place, reader) => {
    if (place.session.inTransaction) throw new SqlError(message)
    return statement(place, reader)
  }

/** By its first words; the longest that fits. */
const STATEMENTS: Readonly<Record<string, Statement>> = {
  'alter default privileges': alterDefaultPrivileges,
  'alter table': alterTable,
  'alter user': alterUser,
  analyze,
  comment: comment,
  copy,
  'create role': createRole,
  'create schema': createSchema,
  'create table': createTable,
  'create view': createView({ replace: false }),
  'create or replace view': createView({ replace: true }),
  'create temp table': createTable,
  'create temporary table': createTable,
  'create local temp table': createTable,
  'create user': createUser,
  delete: remove,
  'drop table': dropTable,
  grant,
  insert: write,
  lock,
  merge: write,
  revoke,
  truncate: alone('TRUNCATE commits the transaction it runs in', remove),
  unload,
  update: write,
  vacuum: alone('VACUUM cannot run inside a transaction block', vacuum),
}

/** LOCK comes before the snapshot is taken, so that none is older than what it waited for. */
export const isLock = (sql: string): boolean =>
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*lock\b/i.test(sql)

/** Runs one statement of Redshift's SQL. Throws a SqlError, or Cancelled. */
export async function execute(place: Place, sql: string): Promise<Outcome> {
  const tokens = tokenize(sql)
  const [first] = tokens
  if (!first) throw new SqlError('syntax error at end of input')
  await mayRun(place.session, tokens)
  if (['select', 'with', '('].includes(first.value)) return select(place, tokens)
  for (let words = 4; words > 0; words--) {
    const key = tokens.slice(0, words).map(({ value }) => value)
    const statement = STATEMENTS[key.join(' ')]
    if (!statement || key.length < words) continue
    const count = await statement(place, new Reader(tokens, words))
    return { count: count ?? 0 }
  }
  if (first.kind !== 'word') throw syntaxError(first.text)
  throw unknownHere(`the statement ${sql.trim().split(/\s+/).slice(0, 2).join(' ').toUpperCase()}`)
}

async function select({ session }: Place, tokens: ReturnType<typeof tokenize>): Promise<Outcome> {
  const result = await session.run(translate(tokens, await session.context()))
  return { count: result.rowCount, result }
}
