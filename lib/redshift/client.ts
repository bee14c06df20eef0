import { createHash } from 'node:crypto'
import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  type DescribeStatementCommandOutput,
  ExecuteStatementCommand,
  type Field,
  GetStatementResultCommand,
  ListStatementsCommand,
  RedshiftDataClient,
  type SqlParameter,
  type StatementData,
} from '@aws-sdk/client-redshift-data'
import { Failure, transient } from '../error.ts'
import type { Statement } from '../table/sql.ts'

/** Which warehouse, and as whom: by the role's own identity, or by a secret. */
export interface Target {
  readonly workgroup?: string
  readonly cluster?: string
  readonly database: string
  readonly secret?: string
}

/** A statement failed, and with it the whole transaction that it is in. */
export class StatementError extends Error {
  /** Its place in the batch; -1 outside of one. */
  readonly index: number
  readonly queryId: string | undefined
  /** The rows of each statement that came before it. */
  readonly rows: readonly number[]

  constructor(
    message: string,
    index: number,
    queryId: string | undefined,
    rows: readonly number[] = [],
  ) {
    super(message)
    this.index = index
    this.queryId = queryId
    this.rows = rows
  }
}

/** A row of a result, keyed by column, numbers as text. */
export type ResultRow = Record<string, string | null>

/** What has been begun under one name. */
export interface Earlier {
  readonly count: number
  /** The id of what had not ended. */
  readonly running?: string
}

/** The Redshift Data API, as far as Usher needs it. */
export interface Warehouse {
  /** The rows of a query. Throws as `transaction` does. */
  query(statement: Statement, deadline?: number): Promise<ResultRow[]>
  /** What has been begun under a name until now. */
  earlier(name: string): Promise<Earlier>
  /**
   * Runs statements as one transaction and waits for its end; gives the rows of each. One name is
   * run once at a time: where a lost Lambda's transaction still runs, its end is awaited instead. Who
   * looks first whether it is needed at all asks what is `earlier` before that, and hands it over: it
   * is then run once, whatever ends or begins meanwhile.
   * Throws a StatementError, or a StillRunning at the deadline, an instant of performance.now().
   */
  transaction(
    name: string,
    statements: readonly Statement[],
    deadline?: number,
    earlier?: Earlier,
  ): Promise<number[]>
  /**
   * Begins one statement outside any transaction, and gives its id. One name is run once at a time:
   * where a statement of that name still runs, it is that one's id.
   */
  begin(name: string, statement: Statement): Promise<string>
  /** The rows of a statement that was begun, once it has ended. Throws as `transaction` does. */
  rowsOf(id: string, deadline?: number): Promise<ResultRow[]>
}

/** Seconds the Data API waits for a statement to end before it answers. */
const WAIT = 30
/** Seconds that are kept for what comes after a wait. */
const MARGIN = 10

export function warehouseOf(target: Target, client = new RedshiftDataClient()): Warehouse {
  const where = {
    WorkgroupName: target.workgroup,
    ClusterIdentifier: target.cluster,
    Database: target.database,
  }
  const login = { ...where, SecretArn: target.secret }

  async function submit(
    statements: readonly Statement[],
    deadline: number | undefined,
    name?: string,
    token?: string,
  ) {
    const { Id } = await client.send(
      new BatchExecuteStatementCommand({
        ...login,
        Sqls: statements.map(({ text }) => text),
        Parameters: bound(statements),
        StatementName: name,
        ClientToken: token,
        WaitTimeSeconds: waitUntil(deadline),
      }),
    )
    return Id as string
  }

  /** Does not wait at all, since the deadline may be near. */
  async function submitAlone(statement: Statement, name: string, token: string) {
    const { Id } = await client.send(
      new ExecuteStatementCommand({
        ...login,
        Sql: statement.text,
        Parameters: bound([statement]),
        StatementName: name,
        ClientToken: token,
      }),
    )
    return Id as string
  }

  async function finished(Id: string, deadline?: number): Promise<DescribeStatementCommandOutput> {
    for (;;) {
      const WaitTimeSeconds = waitUntil(deadline)
      if (WaitTimeSeconds === undefined) {
        throw new Failure('StillRunning', `the statement ${Id} goes on in Redshift`)
      }
      const answer = await client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds }))
      if (answer.Status === 'FINISHED') return answer
      if (answer.Status === 'FAILED' || answer.Status === 'ABORTED') throw errorOf(answer)
    }
  }

  async function named(name: string): Promise<StatementData[]> {
    const found: StatementData[] = []
    let NextToken: string | undefined
    do {
      // Without a status only those that have finished are listed.
      const asked = { ...where, StatementName: name, Status: 'ALL' as const, NextToken }
      const page = await client.send(new ListStatementsCommand(asked))
      found.push(...(page.Statements ?? []))
      NextToken = page.NextToken
    } while (NextToken)
    // The name that is asked for is only what a name begins with.
    return found.filter(({ StatementName }) => StatementName === name)
  }

  async function earlierOf(name: string): Promise<Earlier> {
    const all = await named(name)
    const running = all.find(
      ({ Status }) => !['FINISHED', 'FAILED', 'ABORTED'].includes(Status ?? ''),
    )
    return { count: all.length, running: running?.Id }
  }

  /** The id of what ran under a name, or of what is submitted now. */
  async function once(
    name: string,
    { count, running }: Earlier,
    send: (token: string) => Promise<string>,
  ): Promise<string> {
    // The token is the same for all who see the same past: two at once become one.
    const token = createHash('sha256').update(`${name}|${count}`).digest('hex')
    return running ?? send(token)
  }

  async function resultOf(Id: string): Promise<ResultRow[]> {
    const rows: ResultRow[] = []
    let NextToken: string | undefined
    do {
      const page = await client.send(new GetStatementResultCommand({ Id, NextToken }))
      const names = (page.ColumnMetadata ?? []).map(({ name }) => name ?? '')
      for (const record of page.Records ?? []) {
        rows.push(Object.fromEntries(record.map((field, i) => [names[i], textOf(field)])))
      }
      NextToken = page.NextToken
    } while (NextToken)
    return rows
  }

  return {
    async query(statement, deadline) {
      const Id = await submit([statement], deadline)
      await finished(Id, deadline)
      return resultOf(`${Id}:1`)
    },

    earlier: earlierOf,

    async transaction(name, statements, deadline, earlier) {
      const past = earlier ?? (await earlierOf(name))
      const id = await once(name, past, (token) => submit(statements, deadline, name, token))
      const answer = await finished(id, deadline)
      return (answer.SubStatements ?? []).map(({ ResultRows }) => ResultRows ?? 0)
    },

    async begin(name, statement) {
      return once(name, await earlierOf(name), (token) => submitAlone(statement, name, token))
    },

    async rowsOf(id, deadline) {
      const { HasResultSet } = await finished(id, deadline)
      return HasResultSet ? resultOf(id) : []
    },
  }
}

/** As many seconds as may be waited until a deadline; undefined where it is too near to wait at all. */
function waitUntil(deadline = Number.POSITIVE_INFINITY): number | undefined {
  const left = Math.floor((deadline - performance.now()) / 1000) - MARGIN
  return left < 1 ? undefined : Math.min(WAIT, left)
}

function bound(statements: readonly Statement[]): SqlParameter[] | undefined {
  const parameters = Object.assign({}, ...statements.map(({ parameters }) => parameters))
  const list = Object.entries(parameters as Record<string, string>)
  return list.length > 0 ? list.map(([name, value]) => ({ name, value })) : undefined
}

function errorOf({ Error: message, SubStatements = [], Status }: DescribeStatementCommandOutput) {
  const index = SubStatements.findIndex(({ Status }) => Status === 'FAILED')
  const failed = SubStatements[index]
  const text = failed?.Error ?? message ?? `the statement was ${Status?.toLowerCase()}`
  // The id of a query is beyond 2^53 for some warehouses, but the SDK gives no more than a number.
  const rows = SubStatements.slice(0, Math.max(index, 0)).map(({ ResultRows }) => ResultRows ?? 0)
  const error = new StatementError(text, index, failed?.RedshiftQueryId?.toString(), rows)
  return isTransient(text) ? transient(`Redshift: ${text}`, error) : error
}

/**
 * What passes: serializable isolation, a table that another transaction has made or is making, a
 * deadlock, another's VACUUM, an overloaded S3, a lost connection. Whole phrases, since a message may
 * name anything.
 */
const PASSING = [
  /^(ERROR:\s*)?(1023|1018)\b/,
  /serializable isolation violation/i,
  /(conflict with|dropped by) concurrent transaction/i,
  /could not open relation with OID/i,
  /^(ERROR:\s*)?VACUUM is running\b/,
  /deadlock detected/i,
  /\bError (SlowDown|InternalError|ServiceUnavailable)\b/,
  /\bconnection (was )?(closed|lost|reset|terminated)\b/i,
]

const isTransient = (message: string): boolean => PASSING.some((phrase) => phrase.test(message))

function textOf(field: Field): string | null {
  if (field.isNull) return null
  const value = field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue
  return value === undefined ? null : String(value)
}
