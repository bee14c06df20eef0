import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { S3Client } from '@aws-sdk/client-s3'
import { Operations } from './api/operations.ts'
import { ApiError } from './error.ts'
import { type QueryResult, runQuery } from './query.ts'
import { CHECKPOINT, openDatabase } from './warehouse/database.ts'
import { Locks } from './warehouse/lock.ts'

/** A stand-in for Amazon Redshift that is up. */
export interface Redshift {
  /** What AWS_ENDPOINT_URL_REDSHIFT_DATA is set to. */
  readonly url: string
  /** Runs a SELECT of Redshift's SQL beside the Data API. Throws a SqlError. */
  query(sql: string): Promise<QueryResult>
  /** Cancels what runs and gives the file back. */
  close(): Promise<void>
}

export interface RedshiftOptions {
  /** The DuckDB file that holds the warehouse; it is made if it is not there. */
  readonly file: string
  /** By which COPY reads. */
  readonly s3: S3Client
  /** The users that secrets are of; whoever comes with another secret, or none, is a superuser. */
  readonly users?: Readonly<Record<string, string>>
  /** A free one if it is left out. */
  readonly port?: number
}

/** Serves the Redshift Data API on loopback over a warehouse in a DuckDB file. */
export async function startRedshift({
  file,
  s3,
  users = {},
  port = 0,
}: RedshiftOptions): Promise<Redshift> {
  const database = await openDatabase(file)
  const notes = await database.connect()
  let queryId = Date.now()
  const operations = new Operations({
    database,
    s3,
    locks: new Locks(),
    note: async (sql) => void (await notes.run(sql)),
    nextQueryId: () => ++queryId,
    userOf: (secret) => users[String(secret)],
  })
  const server = createServer((request, response) => void answer(operations, request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  let closed: Promise<void> | undefined
  async function close(): Promise<void> {
    await operations.stop()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await notes.run(CHECKPOINT)
    notes.closeSync()
    database.close()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    query: (sql) => runQuery(database, sql),
    close: () => (closed ??= close()),
  }
}

const NAMES = [
  'ExecuteStatement',
  'BatchExecuteStatement',
  'DescribeStatement',
  'GetStatementResult',
  'ListStatements',
  'CancelStatement',
] as const

/** AWS JSON 1.1: the operation is in a header, its input and output are bodies. */
async function answer(
  operations: Operations,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = String(request.headers['x-amz-target'] ?? '')
  let status = 200
  let body: unknown
  try {
    const name = NAMES.find((name) => target === `RedshiftData.${name}`)
    const input = (await json(request)) as Record<string, unknown>
    if (!name) throw new ApiError(`unknown operation ${target}`, 'UnknownOperationException')
    body = await operations[name](input)
  } catch (error) {
    const known = error instanceof ApiError
    status = known ? 400 : 500
    body = {
      __type: known ? error.type : 'InternalServerException',
      message: (error as Error).message,
    }
  }
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
  response.end(JSON.stringify(body))
}
