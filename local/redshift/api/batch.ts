import { randomUUID } from 'node:crypto'
import type { Rows } from './result.ts'

export type Status = 'SUBMITTED' | 'PICKED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED'

/** One statement of a batch. */
export interface SubStatement {
  readonly id: string
  readonly sql: string
  readonly created: number
  updated: number
  status: Status
  error?: string
  /** Milliseconds it took. */
  duration: number
  count: number
  queryId: number
  result?: Rows
}

/** What ExecuteStatement or BatchExecuteStatement submitted. Times are in milliseconds. */
export interface Batch {
  readonly id: string
  readonly isBatch: boolean
  readonly mode: 'TRANSACTION' | 'AUTO_COMMIT'
  readonly name?: string
  readonly target: Readonly<Record<string, unknown>>
  readonly parameters?: unknown
  readonly created: number
  readonly statements: readonly SubStatement[]
  updated: number
  status: Status
  error?: string
  /** Settled when it has ended. */
  ended: Promise<void>
  cancel(): void
}

export const isOver = ({ status }: { readonly status: Status }): boolean =>
  status === 'FINISHED' || status === 'FAILED' || status === 'ABORTED'

/** A batch that has been submitted, and not begun. */
export function newBatch(
  facts: Pick<Batch, 'isBatch' | 'mode' | 'name' | 'target' | 'parameters'>,
  sqls: readonly string[],
): Batch {
  const id = randomUUID()
  const created = Date.now()
  return {
    ...facts,
    id,
    created,
    updated: created,
    status: 'SUBMITTED',
    statements: sqls.map((sql, i) => ({
      id: `${id}:${i + 1}`,
      sql,
      created,
      updated: created,
      status: 'SUBMITTED',
      duration: 0,
      count: -1,
      queryId: 0,
    })),
    ended: Promise.resolve(),
    cancel: () => undefined,
  }
}
