import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, QueryOptions } from 'mysql2'
import { Failure } from '../../error.ts'
import type { Block, Source } from '../../table/origin.ts'
import { readSecret } from '../secret.ts'
import { type Tls, trustedTls } from '../tls.ts'
import type { Field } from './cells.ts'
import { explain, isConnectionLoss } from './errors.ts'
import { checkReplica, type Guard } from './replica.ts'
import { awaitTurn } from './turn.ts'
import { hasInternals, readBlocks } from './wire/blocks.ts'
import type { Recoding } from './wire/recoding.ts'

/** One connection, set up to read and nothing else. */
export interface Session {
  readonly source: string
  readonly database: string
  readonly isMariaDb: boolean
  /** What is to be noted of what it reads. */
  readonly note?: string
  /** Runs a SELECT and streams its rows: the bytes of each value, or null. */
  stream(select: string): AsyncIterable<readonly (Buffer | null)[]>
  /** Runs a SELECT and gives its rows as CSV; undefined where this mysql2 is not made for it. */
  readonly blocks?: (select: string, recoding: Recoding) => AsyncIterable<Block>
  /** What MySQL says of the columns of a SELECT. */
  fieldsOf(select: string): Promise<readonly Field[]>
  /** Rows of a short query, as text. */
  rows(query: string, values?: readonly string[]): Promise<(string | null)[][]>
  /** The same, by the names of their columns in small letters. */
  records(query: string): Promise<Readonly<Record<string, string | null>>[]>
  /** How many rows the last SELECT gave, by the server's own count. */
  foundRows(): Promise<number>
  /** Closes the connection at once; the server then stops working for it. */
  destroy(): void
}

/** How a source is read. */
export interface Reader {
  /** The server ends a statement that takes longer. */
  readonly statementSeconds: number
  /** How many read it at once, at most; nobody is waited for where it is absent. */
  readonly connections?: number
  /** What the server must be; nothing in particular where it is absent. */
  readonly guard?: Guard
}

export interface Login {
  readonly host: string
  readonly port?: number
  readonly username: string
  readonly password: string
  readonly dbname: string
  /** Certificates to trust besides the public ones and those of Amazon RDS; false for no TLS. */
  readonly tls?: Tls
}

const TRIES = 3

/** Logs in as the source's secret says, trying again where the network is at fault. */
export async function connect(source: Source, reader: Reader): Promise<Session> {
  const login = checkLogin(source, await readSecret(source.secret ?? ''))
  const context = { source: source.name, database: login.dbname }
  for (let tries = 1; ; tries++) {
    try {
      return await open(source, login, reader)
    } catch (error) {
      if (!isConnectionLoss(error) || tries === TRIES) throw explain(error, context)
      await sleep(2 ** tries * 250)
    }
  }
}

function checkLogin(source: Source, secret: unknown): Login {
  const login = secret as Partial<Login>
  for (const key of ['host', 'username', 'password', 'dbname'] as const) {
    if (typeof login?.[key] !== 'string') {
      throw new Failure(
        'SourceRefused',
        `the secret ${source.secret} of ${source.name} has no ${key}`,
      )
    }
  }
  return login as Login
}

/** Opens one connection, as a login says. Throws what mysql2 throws, the guard, and the wait for a turn. */
export async function open(
  source: Source,
  login: Login,
  { statementSeconds, connections, guard }: Reader,
): Promise<Session> {
  const { createConnection } = await import('mysql2')
  const tls = await trustedTls(login.tls)
  const connection = createConnection({
    host: login.host,
    port: login.port ?? 3306,
    user: login.username,
    password: login.password,
    database: login.dbname,
    ssl: tls && { ...tls, verifyIdentity: true },
    charset: 'utf8mb4',
    connectTimeout: 10_000,
    enableKeepAlive: true,
  })
  // Errors also reach whoever waits for a query; without a listener they would end the process.
  connection.on('error', () => {})
  const rows = async (sql: string, values?: readonly string[]) =>
    (await query(connection, sql, values)).rows
  const records = async (sql: string) => {
    const { rows, fields } = await query(connection, sql)
    return rows.map((row) =>
      Object.fromEntries(fields.map(({ name }, i) => [name.toLowerCase(), row[i] ?? null])),
    )
  }
  let asked: Pick<Session, 'source' | 'isMariaDb' | 'rows' | 'records'>
  let note: string | undefined
  try {
    const isMariaDb = await setUp(rows, statementSeconds)
    asked = { source: source.name, isMariaDb, rows, records }
    if (connections !== undefined) await awaitTurn(asked, connections)
    // First, so that what is read is no older than the guard has allowed.
    note = guard && (await checkReplica(asked, guard))
    await rows('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
  } catch (error) {
    connection.destroy()
    throw error
  }
  return {
    ...asked,
    database: login.dbname,
    note,
    fieldsOf: async (sql) => (await query(connection, sql)).fields,
    ...(hasInternals(connection) && {
      blocks: (sql: string, recoding: Recoding) => readBlocks(connection, sql, recoding),
    }),
    stream: (sql) => streamRows(connection, sql),
    foundRows: async () => Number((await rows('SELECT FOUND_ROWS()'))[0]?.[0]),
    destroy: () => connection.destroy(),
  }
}

/** Values as the bytes that the server sent: text for all but binary types. */
const RAW = { rowsAsArray: true, typeCast: false } satisfies Partial<QueryOptions>

function streamRows(connection: Connection, sql: string): Readable {
  const rows = connection.query({ sql, ...RAW }).stream({ highWaterMark: 100 })
  // mysql2 tells only the connection that it is lost, and leaves the stream waiting for ever.
  const lose = (error: Error) => rows.destroy(error)
  connection.on('error', lose)
  rows.once('close', () => connection.off('error', lose))
  return rows
}

interface Answer {
  readonly rows: (string | null)[][]
  readonly fields: readonly Field[]
}

function query(
  connection: Connection,
  sql: string,
  values: readonly string[] = [],
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    connection.query({ sql, values: [...values], ...RAW }, (error, found, fields) => {
      if (error) return reject(error)
      // A SET statement answers with a header instead of rows.
      const rows = Array.isArray(found) ? (found as unknown as (Buffer | null)[][]) : []
      resolve({
        rows: rows.map((row) => row.map((cell) => cell?.toString() ?? null)),
        fields: (fields ?? []) as unknown as Field[],
      })
    })
  })
}

/**
 * Pins all that a result depends on: read-only, UTC, utf8mb4, no padding of CHAR, every row; and a
 * limit to a statement's time, which MySQL and MariaDB call by different names. Gives whether it is
 * MariaDB.
 */
async function setUp(rows: Session['rows'], statementSeconds: number): Promise<boolean> {
  const version = (await rows('SELECT VERSION()'))[0]?.[0] ?? ''
  const isMariaDb = version.includes('MariaDB')
  const limit = isMariaDb
    ? `max_statement_time = ${statementSeconds}`
    : `max_execution_time = ${statementSeconds * 1000}`
  const pinned = [
    `time_zone = '+00:00'`,
    `sql_mode = ''`,
    // A server may have it lower for all, and FOUND_ROWS() would agree.
    'sql_select_limit = 18446744073709551615',
    'net_write_timeout = 600',
    limit,
  ]
  await rows(`SET SESSION ${pinned.join(', ')}`)
  await rows('SET NAMES utf8mb4')
  await rows('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
  return isMariaDb
}
