import { randomBytes } from 'node:crypto'
import { Failure } from '../error.ts'
import { definitionOf, type Graph } from '../graph/graph.ts'
import type { Bucket } from '../manifest/bucket.ts'
import type { Increment } from '../manifest/manifest.ts'
import type { AnyDefinition, Definition, TaskDefinition } from '../table/definition.ts'
import { checkHeld } from './lock.ts'
import type { Night } from './night.ts'
import { findReceipt } from './receipt.ts'

/** The input of a state: the night, and which table or task of the warehouse. */
export interface TaskInput extends Night {
  readonly table: string
  /** All that the night is to do, by its ids; none where that is everything. */
  readonly tables: readonly string[]
}

/** What a task hands on: small, whatever the table's size. */
export interface TaskResult {
  readonly table: string
  readonly date: string
  readonly run: string
  /** `awaited`, `planned`, `unloaded` and `extracted` are followed by another task; the others need nothing more. */
  readonly outcome:
    | 'awaited'
    | 'planned'
    | 'unloaded'
    | 'extracted'
    | 'loaded'
    | 'done'
    | 'complete'
    | 'not asked for'
  /** What tells its files from those of any other attempt. */
  readonly attempt?: string
  /** Where a job finds what it reads, and writes: `s3://bucket/prefix`. */
  readonly place?: string
  /** Where the list of the chunks is, and how many there are. */
  readonly chunks?: { readonly key: string; readonly count: number }
  /** How many chunks were read, and how long that took all together. */
  readonly read?: { readonly chunks: number; readonly seconds: number }
  /** What the chunks add to, and how far they go. */
  readonly increment?: Increment
  /** When the reading of chunks began, or the unloading. */
  readonly readAt?: string
  /** The later run date that a complete table is complete for. */
  readonly later?: string
  /** Set where the night was forced. */
  readonly force?: boolean
  /** The tables whose checks only tell. */
  readonly accept?: readonly string[]
  /** The days that were extracted, the run date last. */
  readonly days?: readonly string[]
  /** Only a load knows them where others wrote the files. */
  readonly rows?: number
  readonly bytes?: number
  readonly seconds?: number
  /** How many checks its rows have passed, or a person has accepted. */
  readonly checks?: number
}

/**
 * Does the work of a table or task, unless it is complete for the run date or was not asked for.
 * Throws a DependencyIncomplete where something that it needs is not complete.
 */
export async function unlessComplete(
  graph: Graph,
  bucket: Bucket,
  { table, date, run, tables, force }: TaskInput,
  work: () => Promise<TaskResult>,
): Promise<TaskResult> {
  const own = tableOrTaskOf(graph, table)
  const isAsked = (id: string) => tables.length === 0 || tables.includes(id)
  if (!isAsked(table)) return { table, date, run, outcome: 'not asked for' }
  const receipt = await findReceipt(bucket, own, { date, force })
  if (receipt) {
    const { rows } = receipt
    const later = receipt.date === date ? undefined : receipt.date
    return { table, date, run, outcome: 'complete', rows, later }
  }
  const needed = await Promise.all(
    own.needs.map(async (need) => {
      // What was not asked for is not forced either.
      const night = { date, force: force && isAsked(need.id) }
      return (await findReceipt(bucket, need, night)) ? [] : [need.id]
    }),
  )
  const missing = needed.flat()
  if (missing.length > 0) {
    const verb = missing.length === 1 ? 'is' : 'are'
    const problem = `${missing.join(', ')} ${verb} not complete for ${date} (+${table} does that too)`
    throw new Failure('DependencyIncomplete', problem)
  }
  await checkHeld(bucket, { date, run })
  return work()
}

/** A table that a machine speaks of. Throws a BadInput where the bundle has it not. */
export const tableOf = (graph: Graph, id: string): Definition =>
  graph.get(id)?.table ?? elsewhere(id)

/** A task that a machine speaks of. Throws as `tableOf` does. */
export const taskOf = (graph: Graph, id: string): TaskDefinition =>
  graph.get(id)?.task ?? elsewhere(id)

/** A table or task that a machine speaks of. Throws as `tableOf` does. */
export const tableOrTaskOf = (graph: Graph, id: string): AnyDefinition =>
  definitionOf(graph, id) ?? elsewhere(id)

function elsewhere(id: string): never {
  throw new Failure('BadInput', `${id} is not in this bundle: the machine is of another deploy`)
}

/** Seconds since an instant of performance.now(), to the millisecond. */
export const secondsSince = (start: number): number => Math.round(performance.now() - start) / 1000

/** From an instant of performance.now() until now, as clocks have it. */
export const spanSince = (start: number): { readonly from: string; readonly to: string } => ({
  from: new Date(performance.timeOrigin + start).toISOString(),
  to: new Date().toISOString(),
})

/** A name that no other attempt has. */
export const newAttempt = (run: string): string => `${run}-${randomBytes(4).toString('hex')}`

/** The run that an attempt is of. */
export const runOf = (attempt: string): string => attempt.replace(/-[0-9a-f]{8}$/, '')

/**
 * Ends an extract or a task in good order, 10 seconds before Lambda ends it in bad, and says what helps
 * where that is known.
 */
export function timeLimit(
  id: string,
  milliseconds: number,
  { what = 'extract', help }: { readonly what?: string; readonly help?: string } = {},
) {
  const controller = new AbortController()
  const minutes = Math.round(milliseconds / 60_000)
  const late = `${id}: the ${what} is not done in ${minutes} minutes, all that its function has`
  const message = help === undefined ? late : `${late}. ${help}`
  const timer = setTimeout(
    () => controller.abort(new Failure('OutOfTime', message)),
    Math.max(0, milliseconds - 10_000),
  )
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}
