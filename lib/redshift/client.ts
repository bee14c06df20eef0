import { createHash } from 'node:crypto'
import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  type DescribeStatementCommandOutput,
  type Field,
  GetStatementResultCommand,
  ListStatementsCommand,
  RedshiftDataClient,
  type StatementData,
} from '@aws-sdk/client-redshift-data'
import { transient } from '../error.ts'
import type { Statement } from '../table/sql.ts'

/** Which warehouse, and as whom: by the role's own identity, or by a secret. */
export interface Target {
  readonly workgroup?: string
  readonly cluster?: string
  readonly database: string
  readonly secret?: string
}

/** A statement of a batch failed, and with it the whole transaction. */
export class StatementError extends Error {
  /** Its place in the batch. */
  readonly index: number
  readonly queryId: string | undefined

  constructor(message: string, index: number, queryId: string | undefined) {
    super(message)
    this.index = index
    this.queryId = queryId
  }
}

/** The Redshift Data API, as far as Usher needs it. */
export interface Warehouse {
  /** The rows of a query, keyed by column, numbers as text. */
  query(statement: Statement): Promise<Record<string, string | null>[]>
  /**
   * Runs statements as one transaction and waits for its end; gives the rows of each. One name is
   * run once at a time: where a lost Lambda's transaction still runs, its end is awaited instead.
   * Throws a StatementError.
   */
  transaction(name: string, statements: readonly Statement[]): Promise<number[]>
}

/** Seconds the Data API waits for a statement to end before it answers. */
const WAIT = 30

export function warehouseOf(target: Target, client = new RedshiftDataClient()): Warehouse {
  const where = {
    WorkgroupName: target.workgroup,
    ClusterIdentifier: target.cluster,
    Database: target.database,
  }
  const login = { ...where, SecretArn: target.secret }

  async function submit(statements: readonly Statement[], name?: string, token?: string) {
    const parameters = Object.assign({}, ...statements.map(({ parameters }) => parameters))
    const bound = Object.entries(parameters as Record<string, string>)
    const { Id } = await client.send(
      new BatchExecuteStatementCommand({
        ...login,
        Sqls: statements.map(({ text }) => text),
        Parameters: bound.length > 0 ? bound.map(([name, value]) => ({ name, value })) : undefined,
        StatementName: name,
        ClientToken: token,
        WaitTimeSeconds: WAIT,
      }),
    )
    return Id as string
  }

  async function finished(Id: string): Promise<DescribeStatementCommandOutput> {
    for (;;) {
      const answer = await client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: WAIT }))
      if (answer.Status === 'FINISHED') return answer
      if (answer.Status === 'FAILED' || answer.Status === 'ABORTED') throw errorOf(answer)
    }
  }

  async function named(name: string): Promise<StatementData[]> {
    const { Statements } = await client.send(
      new ListStatementsCommand({
        ...where,
        StatementName: name,
        MaxResults: 100,
      }),
    )
    return (Statements ?? []).filter(({ StatementName }) => StatementName === name)
  }

  return {
    async query(statement) {
      const Id = await submit([statement])
      await finished(Id)
      const rows: Record<string, string | null>[] = []
      let NextToken: string | undefined
      do {
        const page = await client.send(new GetStatementResultCommand({ Id: `${Id}:1`, NextToken }))
        const names = (page.ColumnMetadata ?? []).map(({ name }) => name ?? '')
        for (const record of page.Records ?? []) {
          rows.push(Object.fromEntries(record.map((field, i) => [names[i], textOf(field)])))
        }
        NextToken = page.NextToken
      } while (NextToken)
      return rows
    },

    async transaction(name, statements) {
      const earlier = await named(name)
      const running = earlier.find(
        ({ Status }) => !['FINISHED', 'FAILED', 'ABORTED'].includes(Status ?? ''),
      )
      // The token is the same for all who see the same past: two at once become one transaction.
      const token = createHash('sha256').update(`${name}|${earlier.length}`).digest('hex')
      const answer = await finished(running?.Id ?? (await submit(statements, name, token)))
      return (answer.SubStatements ?? []).map(({ ResultRows }) => ResultRows ?? 0)
    },
  }
}

function errorOf({ Error: message, SubStatements = [], Status }: DescribeStatementCommandOutput) {
  const index = SubStatements.findIndex(({ Status }) => Status === 'FAILED')
  const failed = SubStatements[index]
  const text = failed?.Error ?? message ?? `the statement was ${Status?.toLowerCase()}`
  // The id of a query is beyond 2^53 for some warehouses, but the SDK gives no more than a number.
  const error = new StatementError(text, index, failed?.RedshiftQueryId?.toString())
  return isTransient(text) ? transient(`Redshift: ${text}`, error) : error
}

/** Serializable isolation, a table made by another transaction, a lost connection. */
const isTransient = (message: string): boolean =>
  /\b(1023|1018)\b|serializ|conflict with concurrent|deadlock|connection/i.test(message)

function textOf(field: Field): string | null {
  if (field.isNull) return null
  const value = field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue
  return value === undefined ? null : String(value)
}
