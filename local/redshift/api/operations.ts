import { ApiError } from '../error.ts'
import { type Batch, isOver, newBatch, type SubStatement } from './batch.ts'
import {
  type Body,
  bind,
  checkSql,
  numberOf,
  parametersOf,
  requiredText,
  targetOf,
  textOf,
} from './request.ts'
import { resultPage } from './result.ts'
import { runBatch, type Warehouse } from './run.ts'

type Answer = Record<string, unknown>

const seconds = (milliseconds: number): number => milliseconds / 1000
const nanoseconds = (milliseconds: number): number => Math.round(milliseconds * 1e6)
const PAGE = 1000

/** The operations of the Data API. Each throws an ApiError for a request it refuses. */
export class Operations {
  readonly #warehouse: Warehouse
  readonly #batches = new Map<string, Batch>()
  readonly #tokens = new Map<string, string>()

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse
  }

  async ExecuteStatement(body: Body): Promise<Answer> {
    return this.#submit(body, [checkSql(body.Sql)], false)
  }

  async BatchExecuteStatement(body: Body): Promise<Answer> {
    const { Sqls } = body
    if (!Array.isArray(Sqls) || Sqls.length < 1 || Sqls.length > 40) {
      throw new ApiError('Sqls must be a list of 1 to 40 statements')
    }
    return this.#submit(body, Sqls.map(checkSql), true)
  }

  async DescribeStatement(body: Body): Promise<Answer> {
    const [batch, statement] = this.#find(body)
    await this.#wait(body, batch)
    const one = statement ?? (batch.isBatch ? undefined : batch.statements[0])
    const parts = batch.statements
    const text = statement?.sql ?? parts.map(({ sql }) => sql).join(';\n')
    return {
      ...batch.target,
      Id: statement?.id ?? batch.id,
      Status: (statement ?? batch).status,
      CreatedAt: seconds(batch.created),
      UpdatedAt: seconds((statement ?? batch).updated),
      Duration: nanoseconds(parts.reduce((sum, { duration }) => sum + duration, 0)),
      Error: (statement ?? batch).error,
      HasResultSet: one ? one.result !== undefined : parts.some(({ result }) => result),
      QueryString: text,
      QueryParameters: batch.parameters,
      RedshiftPid: 1,
      RedshiftQueryId: one?.queryId ?? 0,
      ResultFormat: 'JSON',
      ResultRows: one?.count ?? -1,
      ResultSize: -1,
      SubStatements: batch.isBatch && !statement ? parts.map(subStatement) : undefined,
    }
  }

  async GetStatementResult(body: Body): Promise<Answer> {
    const [batch, statement] = this.#find(body)
    await this.#wait(body, batch)
    const one = statement ?? (batch.isBatch ? undefined : batch.statements[0])
    if (!one) throw missing(`Query ${batch.id} is a batch: ask for one of its sub-statements`)
    if (one.status !== 'FINISHED') throw missing(`Query ${one.id} has not finished`)
    if (!one.result) throw missing(`Query ${one.id} does not have a result`)
    const from = Number(textOf(body, 'NextToken') ?? 0)
    const { next, ...page } = resultPage(one.result, from, PAGE)
    return {
      ...page,
      TotalNumRows: one.count,
      NextToken: next === undefined ? undefined : `${next}`,
    }
  }

  async ListStatements(body: Body): Promise<Answer> {
    const prefix = textOf(body, 'StatementName', 0, 500) ?? ''
    // Only those that have finished are listed, unless another status is asked for.
    const status = textOf(body, 'Status') ?? 'FINISHED'
    const from = Number(textOf(body, 'NextToken') ?? 0)
    const size = numberOf(body, 'MaxResults', 0, 100) ?? 100
    const found = [...this.#batches.values()]
      .reverse()
      .filter((batch) => (batch.name ?? '').startsWith(prefix))
      .filter((batch) => status === 'ALL' || batch.status === status)
    const end = from + size
    return {
      Statements: found.slice(from, end).map(({ id, name, statements, ...batch }) => ({
        Id: id,
        StatementName: name,
        Status: batch.status,
        CreatedAt: seconds(batch.created),
        UpdatedAt: seconds(batch.updated),
        IsBatchStatement: batch.isBatch,
        QueryString: batch.isBatch ? undefined : statements[0]?.sql,
        QueryStrings: batch.isBatch ? statements.map(({ sql }) => sql) : undefined,
        QueryParameters: batch.parameters,
        ResultFormat: 'JSON',
      })),
      NextToken: end < found.length ? `${end}` : undefined,
    }
  }

  async CancelStatement(body: Body): Promise<Answer> {
    const [batch] = this.#find(body)
    if (isOver(batch))
      throw new ApiError(`Could not cancel a query that is already in ${batch.status} state`)
    batch.cancel()
    await batch.ended
    return { Status: batch.status === 'ABORTED' }
  }

  /** Cancels what still runs, and waits until it has stopped. */
  async stop(): Promise<void> {
    const running = [...this.#batches.values()].filter((batch) => !isOver(batch))
    for (const batch of running) batch.cancel()
    await Promise.all(running.map(({ ended }) => ended))
  }

  async #submit(body: Body, sqls: readonly string[], isBatch: boolean): Promise<Answer> {
    const target = targetOf(body)
    const name = textOf(body, 'StatementName', 0, 500)
    const token = textOf(body, 'ClientToken', 1, 64)
    const mode = (textOf(body, 'ExecutionMode') ?? 'TRANSACTION') as Batch['mode']
    if (!['TRANSACTION', 'AUTO_COMMIT'].includes(mode)) {
      throw new ApiError('ExecutionMode must be TRANSACTION or AUTO_COMMIT')
    }
    numberOf(body, 'WaitTimeSeconds', 1, 30)
    const bound = bind(sqls, parametersOf(body))
    const known = this.#batches.get(this.#tokens.get(token ?? '') ?? '')
    const facts = { isBatch, mode, name, target, parameters: body.Parameters }
    const batch = known ?? newBatch(facts, bound)
    if (!known) {
      this.#batches.set(batch.id, batch)
      if (token) this.#tokens.set(token, batch.id)
      batch.ended = runBatch(this.#warehouse, batch)
    }
    await this.#wait(body, batch)
    const waited = body.WaitTimeSeconds === undefined ? {} : { Status: batch.status }
    return { ...batch.target, Id: batch.id, CreatedAt: seconds(batch.created), ...waited }
  }

  #find(body: Body): [Batch, SubStatement | undefined] {
    const id = requiredText(body, 'Id')
    const batch = this.#batches.get(id.replace(/:\d+$/, ''))
    const statement = batch?.statements.find((statement) => statement.id === id)
    if (!batch || (id.includes(':') && !statement)) throw missing(`Query ${id} does not exist`)
    return [batch, statement]
  }

  async #wait(body: Body, batch: Batch): Promise<void> {
    const most = numberOf(body, 'WaitTimeSeconds', 1, 30)
    if (most === undefined || isOver(batch)) return
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, most * 1000)
    })
    await Promise.race([batch.ended, patience])
    clearTimeout(timer)
  }
}

const missing = (message: string): ApiError => new ApiError(message, 'ResourceNotFoundException')

const subStatement = (statement: SubStatement): Answer => ({
  Id: statement.id,
  Status: statement.status,
  CreatedAt: seconds(statement.created),
  UpdatedAt: seconds(statement.updated),
  Duration: nanoseconds(statement.duration),
  Error: statement.error,
  HasResultSet: statement.result !== undefined,
  QueryString: statement.sql,
  RedshiftQueryId: statement.queryId,
  ResultRows: statement.count,
  ResultSize: -1,
})
