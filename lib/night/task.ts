import { randomBytes } from 'node:crypto'
import { Failure } from '../error.ts'
import type { Graph } from '../graph/graph.ts'
import { select } from '../graph/select.ts'
import type { Bucket } from '../manifest/bucket.ts'
import type { Increment } from '../manifest/manifest.ts'
import type { Definition } from '../table/definition.ts'
import type { Night } from './night.ts'
import { findReceipt } from './receipt.ts'

/** The input of a table's task: the night, and which table. */
export interface TaskInput extends Night {
  readonly table: string
}

/** What a task hands on: small, whatever the table's size. */
export interface TaskResult {
  readonly table: string
  readonly date: string
  readonly run: string
  /** `awaited`, `planned` and `extracted` are followed by another task; the others need nothing more. */
  readonly outcome: 'awaited' | 'planned' | 'extracted' | 'loaded' | 'complete' | 'not asked for'
  /** What tells its files from those of any other attempt. */
  readonly attempt?: string
  /** Where the list of the chunks is, and how many there are. */
  readonly chunks?: { readonly key: string; readonly count: number }
  /** What the chunks add to, and how far they go. */
  readonly increment?: Increment
  /** Set where the night was forced. */
  readonly force?: boolean
  /** The days that were extracted, the run date last. */
  readonly days?: readonly string[]
  /** Only a load knows them where others wrote the files. */
  readonly rows?: number
  readonly bytes?: number
  readonly seconds?: number
}

/**
 * Does a table's work, unless it is complete for the run date or was not asked for. Throws a
 * DependencyIncomplete where a table it is made from is not complete.
 */
export async function unlessComplete(
  graph: Graph,
  bucket: Bucket,
  { table, date, run, tables, force }: TaskInput,
  work: (definition: Definition) => Promise<TaskResult>,
): Promise<TaskResult> {
  const definition = tableOf(graph, table)
  if (!select(graph, tables).has(table)) return { table, date, run, outcome: 'not asked for' }
  const receipt = await findReceipt(bucket, definition, { date, force })
  if (receipt) return { table, date, run, outcome: 'complete', rows: receipt.rows }
  const needed = await Promise.all(
    (graph.get(table)?.needs ?? []).map(async (id) => {
      const need = graph.get(id)?.table
      return need && (await findReceipt(bucket, need, { date, force })) ? [] : [id]
    }),
  )
  const missing = needed.flat()
  if (missing.length > 0) {
    const verb = missing.length === 1 ? 'is' : 'are'
    const problem = `${missing.join(', ')} ${verb} not complete for ${date} (+${table} does that too)`
    throw new Failure('DependencyIncomplete', problem)
  }
  return work(definition)
}

/** A table that a machine speaks of. Throws a BadInput where the bundle has it not. */
export function tableOf(graph: Graph, id: string): Definition {
  const table = graph.get(id)?.table
  if (table) return table
  throw new Failure('BadInput', `${id} is not in this bundle: the machine is of another deploy`)
}

/** Seconds since an instant of performance.now(), to the millisecond. */
export const secondsSince = (start: number): number => Math.round(performance.now() - start) / 1000

/** A name that no other attempt has. */
export const newAttempt = (run: string): string => `${run}-${randomBytes(4).toString('hex')}`

/** Ends an extract in good order before Lambda ends it in bad. */
export function timeLimit(table: string, milliseconds: number) {
  const controller = new AbortController()
  const minutes = Math.round(milliseconds / 60_000)
  const message = `${table}: the extract is not done in ${minutes} minutes, all that its function has`
  const timer = setTimeout(
    () => controller.abort(new Failure('OutOfTime', message)),
    Math.max(0, milliseconds - 10_000),
  )
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}
