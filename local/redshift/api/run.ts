import type { S3Client } from '@aws-sdk/client-s3'
import { Cancelled } from '../error.ts'
import { execute, isLock, type Place } from '../statement/execute.ts'
import type { Database } from '../warehouse/database.ts'
import type { Locks } from '../warehouse/lock.ts'
import { Session } from '../warehouse/session.ts'
import type { Batch, Status, SubStatement } from './batch.ts'
import { readRows } from './result.ts'

/** What batches run in. */
export interface Warehouse {
  readonly database: Database
  readonly locks: Locks
  readonly s3: S3Client
  readonly note: Place['note']
  nextQueryId(): number
  /** The user that a secret is of; undefined for one of a superuser. */
  userOf(secret: unknown): string | undefined
}

/** Runs a batch to its end; its statuses tell how it went, and nothing is thrown. */
export async function runBatch(warehouse: Warehouse, batch: Batch): Promise<void> {
  const inTransaction = batch.isBatch && batch.mode === 'TRANSACTION'
  const { database, locks } = warehouse
  const user = warehouse.userOf(batch.target.SecretArn)
  const session = await Session.open(database, locks, inTransaction, user)
  let cancelled = false
  batch.cancel = () => {
    cancelled = true
    session.cancel()
  }
  mark(batch, 'STARTED')
  try {
    for (const statement of batch.statements) {
      if (cancelled || batch.error) mark(statement, 'ABORTED')
      else await runStatement(warehouse, session, batch, statement)
    }
    await session.end(batch.error || cancelled ? 'rollback' : 'commit')
  } catch (error) {
    batch.error = (error as Error).message
    const last = batch.statements.findLast(({ status }) => status === 'FINISHED')
    if (last) fail(last, batch.error)
  } finally {
    session.close()
  }
  const failed = batch.statements.find(({ status }) => status === 'FAILED')
  if (failed?.error) batch.error ??= failed.error
  mark(batch, cancelled ? 'ABORTED' : failed ? 'FAILED' : 'FINISHED')
}

async function runStatement(
  { s3, note, nextQueryId }: Warehouse,
  session: Session,
  batch: Batch,
  statement: SubStatement,
): Promise<void> {
  const started = performance.now()
  mark(statement, 'STARTED')
  statement.queryId = nextQueryId()
  try {
    // The snapshot must not be older than the lock.
    if (!isLock(statement.sql)) await session.begin()
    const place = { session, s3, note, queryId: statement.queryId }
    const { count, result } = await execute(place, statement.sql)
    if (!session.inTransaction) await session.end('commit')
    statement.count = count
    statement.result = result && (await readRows(result))
    mark(statement, 'FINISHED')
  } catch (error) {
    if (error instanceof Cancelled || session.cancelled.signal.aborted) mark(statement, 'ABORTED')
    else fail(statement, (error as Error).message)
    await session.end('rollback')
    if (session.inTransaction && statement.error) {
      batch.error = batch.isBatch
        ? `Query #${batch.statements.indexOf(statement) + 1} failed with ${statement.error}`
        : statement.error
    }
  }
  statement.duration = performance.now() - started
}

function mark(what: { status: Status; updated: number }, status: Status): void {
  what.status = status
  what.updated = Date.now()
}

function fail(statement: SubStatement, message: string): void {
  statement.error = message.startsWith('ERROR: ') ? message : `ERROR: ${message}`
  mark(statement, 'FAILED')
}
