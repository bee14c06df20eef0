import type { DuckDBConnection, DuckDBMaterializedResult } from '@duckdb/node-api'
import { SqlError } from '../error.ts'
import { quoteTable, type TableName } from '../sql/reader.ts'
import type { Context } from '../sql/translate.ts'
import { catalog, type Table } from './catalog.ts'
import type { Database } from './database.ts'
import type { Locks } from './lock.ts'
import { refusal } from './refusal.ts'

/** One connection to the warehouse: its temporary tables, its transaction, its last COPY. */
export class Session {
  readonly temporary = new Map<string, Table>()
  readonly cancelled = new AbortController()
  lastCopyCount = 0
  lastCopyId = 0
  /** Whether BEGIN has been said, as against one transaction for each statement. */
  readonly inTransaction: boolean
  /** As whom it works; absent, as a superuser, who may do everything. */
  readonly user: string | undefined
  readonly #connection: DuckDBConnection
  readonly #locks: Locks
  #begun = false

  constructor(
    connection: DuckDBConnection,
    locks: Locks,
    inTransaction: boolean,
    user: string | undefined,
  ) {
    this.user = user
    this.#connection = connection
    this.#locks = locks
    this.inTransaction = inTransaction
  }

  static async open(
    database: Database,
    locks: Locks,
    inTransaction: boolean,
    user?: string,
  ): Promise<Session> {
    return new Session(await database.connect(), locks, inTransaction, user)
  }

  /** Who owns what it makes. */
  get owner(): string {
    return this.user ?? 'administrator'
  }

  /** The connection itself, for what SQL can't say. */
  get connection(): DuckDBConnection {
    return this.#connection
  }

  /** Begins the transaction, and with it the snapshot, if it has not begun. */
  async begin(): Promise<void> {
    if (this.#begun) return
    await this.#connection.run('begin transaction')
    this.#begun = true
  }

  /** Ends the transaction, one way or the other, and gives its locks back. */
  async end(word: 'commit' | 'rollback'): Promise<void> {
    try {
      if (this.#begun) await this.#connection.run(word)
    } catch (error) {
      if (word === 'commit') throw refusal(error)
      // A transaction that failed to commit has been rolled back already.
    } finally {
      this.#begun = false
      this.#locks.release(this)
    }
  }

  close(): void {
    this.#locks.release(this)
    this.#connection.closeSync()
  }

  cancel(): void {
    this.cancelled.abort()
    this.#connection.interrupt()
  }

  lock(table: Table): Promise<void> {
    return this.#locks.acquire(quoteTable(table), this, this.cancelled.signal)
  }

  /** Takes a lock that is no table's, where nobody has it; gives whether it did. */
  lockAtOnce(name: string): boolean {
    return this.#locks.acquireAtOnce(name, this)
  }

  /** Runs DuckDB's SQL; what it complains of is said in Redshift's words. */
  async run(sql: string, table?: TableName): Promise<DuckDBMaterializedResult> {
    try {
      return await this.#connection.run(sql)
    } catch (error) {
      throw refusal(error, table?.name)
    }
  }

  readonly rows = async (sql: string): Promise<Record<string, unknown>[]> =>
    (await (await this.run(sql)).getRowObjectsJson()) as Record<string, unknown>[]

  /** The table of that name: without a schema a temporary one, else the one in `public`. */
  async find(name: TableName): Promise<Table | undefined> {
    const temporary = name.schema === undefined ? this.temporary.get(name.name) : undefined
    return temporary ?? catalog.find(this.rows, name)
  }

  async table(name: TableName): Promise<Table> {
    const table = await this.find(name)
    if (table) return table
    throw new SqlError(
      `relation "${[name.schema, name.name].filter(Boolean).join('.')}" does not exist`,
    )
  }

  async context(): Promise<Context> {
    const superColumns = new Set(await catalog.superColumns(this.rows))
    for (const { columns } of this.temporary.values()) {
      for (const { name, type } of columns) if (type.name === 'super') superColumns.add(name)
    }
    return { superColumns, lastCopyCount: this.lastCopyCount, lastCopyId: this.lastCopyId }
  }
}
