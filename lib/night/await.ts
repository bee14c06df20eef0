import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../error.ts'
import type { Graph } from '../graph/graph.ts'
import { select } from '../graph/select.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { type FailureNote, failureKey, findReceipt } from './receipt.ts'
import { secondsSince, type TaskInput, type TaskResult, tableOrTaskOf } from './task.ts'

export interface AwaitInput extends TaskInput {
  /** The upstream that does not come before the table anyway. */
  readonly awaits: readonly string[]
}

/** Milliseconds between two looks. */
const PAUSE = 1000
/** Milliseconds of looking: between them Step Functions waits, and others may have the function's place. */
const LONGEST = 20_000

interface Tools {
  readonly graph: Graph
  readonly bucket: Bucket
  /** How long it looks. */
  readonly milliseconds?: number
}

/**
 * Looks for a while whether all upstream is complete, or has failed: the table's own task then says so.
 * Throws a StillRunning where it is neither yet, to be asked again.
 */
export async function awaitUpstream(
  { graph, bucket, milliseconds = LONGEST }: Tools,
  { awaits, ...input }: AwaitInput,
): Promise<TaskResult> {
  const start = performance.now()
  const deadline = start + milliseconds
  const { table, date, run } = input
  const asked = select(graph, input.tables)
  if (!asked.has(table)) return { table, date, run, outcome: 'not asked for' }
  // What this night does not do will not come.
  let waiting = awaits.filter((id) => asked.has(id))
  for (;;) {
    const settled = await Promise.all(waiting.map((id) => isSettled(graph, bucket, id, input)))
    waiting = waiting.filter((_, at) => !settled[at])
    if (waiting.length === 0) {
      return { table, date, run, outcome: 'awaited', seconds: secondsSince(start) }
    }
    if (performance.now() + PAUSE > deadline) {
      throw new Failure('StillRunning', `${table} waits for ${waiting.join(', ')}`)
    }
    await sleep(PAUSE)
  }
}

async function isSettled(graph: Graph, bucket: Bucket, id: string, night: TaskInput) {
  const own = tableOrTaskOf(graph, id)
  if (await findReceipt(bucket, own, night)) return true
  return (await bucket.get<FailureNote>(failureKey(own, night.run))) !== undefined
}
