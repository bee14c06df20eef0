import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { S3Client } from '@aws-sdk/client-s3'
import { SFNClient } from '@aws-sdk/client-sfn'
import { doorway } from '../../lambdas/doorway.ts'
import type { Retrier } from '../../lib/machine/asl.ts'
import { taskState } from '../../lib/machine/task.ts'
import { bucketOf } from '../../lib/manifest/bucket.ts'
import { awaitUpstream } from '../../lib/night/await.ts'
import { type Chunk, chunkTask, planTask, sealTask } from '../../lib/night/chunks.ts'
import { executionsOf } from '../../lib/night/executions.ts'
import type { Night } from '../../lib/night/night.ts'
import { prepareNight } from '../../lib/night/prepare.ts'
import { endNight, noteFailure, type Report, reportNight } from '../../lib/night/report.ts'
import { runTask } from '../../lib/night/run.ts'
import type { TaskResult } from '../../lib/night/task.ts'
import { extractTask, loadTask, transformTask } from '../../lib/night/tasks.ts'
import { warehouseOf } from '../../lib/redshift/client.ts'
import type { Front } from './front.ts'
import { settings, type World } from './stage.ts'

/** A call of a function: what Step Functions hands Lambda. */
export interface Invocation {
  readonly name: keyof Functions
  readonly event: unknown
}

type Functions = ReturnType<typeof functionsOf>

/** The functions of a night, reaching AWS through a front. */
function functionsOf(world: World, front: Front) {
  const { graph } = world
  const s3 = new S3Client(settings(front.urls.s3))
  const bucket = bucketOf(world.bucket.name, s3)
  const data = new RedshiftDataClient(settings(front.urls.redshift))
  const warehouse = warehouseOf({ workgroup: 'test', database: 'warehouse' }, data)
  const isRunning = executionsOf(new SFNClient(settings(front.urls.states)))
  const packing = { codec: 'zstd', slices: 2 } as const
  const copyRole = 'arn:aws:iam::111111111111:role/copy'
  const tools = { graph, bucket, warehouse, packing, copyRole, milliseconds: 120_000, stage: 'dev' }
  return {
    prepare: (event: never) => prepareNight({ ...tools, timeZone: 'UTC', isRunning }, event),
    extract: (event: never) => extractTask(tools, event),
    plan: (event: never) => planTask(tools, event),
    chunk: (event: never) => chunkTask(tools, event),
    seal: (event: never) => sealTask(tools, event),
    load: (event: never) => loadTask(tools, event),
    transform: (event: never) => transformTask(tools, event),
    run: (event: never) => runTask(tools, event),
    report: (event: never) => reportNight(tools, event),
    end: (event: never) => endNight(event),
    note: (event: never) => noteFailure(tools, event),
    await: (event: never) => awaitUpstream(tools, event),
  }
}

/** Calls a function once. Throws what Step Functions hears of it, a Runtime.ExitError if it died. */
export async function invoke(
  world: World,
  front: Front,
  { name, event }: Invocation,
): Promise<unknown> {
  // What no test can hand over, functions find as they do on Lambda.
  process.env.AWS_ENDPOINT_URL_S3 = front.urls.s3
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = front.urls.secrets
  const work = functionsOf(world, front)[name] as (event: unknown) => Promise<unknown>
  const context = { awsRequestId: 'test', getRemainingTimeInMillis: () => 120_000 }
  const [outcome] = await Promise.allSettled([doorway(work)(event, context)])
  if (front.isDead()) throw died()
  if (outcome.status === 'rejected') throw outcome.reason
  return JSON.parse(JSON.stringify(outcome.value ?? null))
}

const died = () => Object.assign(new Error('it died'), { name: 'Runtime.ExitError' })

const RETRIERS = taskState({ resource: '', seconds: 1 }).Retry

/** Does something as often as Step Functions would, without waiting. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  const tries = new Map<Retrier, number>()
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const { name } = error as Error
      const retrier = RETRIERS.find(({ ErrorEquals }) => ErrorEquals.includes(name))
      const times = retrier ? (tries.get(retrier) ?? 0) : 0
      if (!retrier || times >= retrier.MaxAttempts) throw error
      tries.set(retrier, times + 1)
    }
  }
}

export interface NightOptions {
  readonly date: string
  /** The execution's name. */
  readonly run: string
  readonly tables: readonly string[]
  readonly force?: boolean
  /** Publishes what checks refuse. */
  readonly accept?: boolean
}

/** How a function is called, and called again. */
export type Caller = (invocation: Invocation) => Promise<unknown>

/**
 * A night through the states of a machine, one table after another. Throws what fails it: what checks
 * refuse is noted and reported, as the machine does with all that fails; anything else ends it at once.
 */
export async function night(
  world: World,
  { date, run, tables, force = false, accept = false }: NightOptions,
  call: Caller,
): Promise<void> {
  world.running.add(run)
  try {
    const execution = `arn:aws:states:us-east-1:111111111111:execution:usher-dev-night:${run}`
    const startedAt = '2026-11-24T03:00:00Z'
    const input = { date, tables, force, ...(accept && { accept: tables }) }
    const event = { input, run, execution, redrives: 0, startedAt }
    const prepared = (await call({ name: 'prepare', event })) as Night & { redrives: number }
    for (const id of tables) {
      try {
        await branch(world, id, prepared, call)
      } catch (error) {
        const { name, message } = error as Error
        if (name !== 'CheckFailed') throw error
        const caught = { Error: name, Cause: message }
        await call({ name: 'note', event: { table: id, run, error: caught } })
      }
    }
    const told = { ...prepared, redriven: 0, execution, startedAt }
    const ending = (await call({ name: 'report', event: told })) as Report
    if (ending.incomplete) await call({ name: 'end', event: { ending, redriven: 0 } })
  } finally {
    world.running.delete(run)
  }
}

/** Calls functions as Step Functions does where nothing is amiss. */
export const undisturbed =
  (world: World, front: Front): Caller =>
  (invocation) =>
    retried(() => invoke(world, front, invocation))

/** What the branch of a table does. */
async function branch(world: World, id: string, prepared: Night, call: Caller): Promise<void> {
  const event = { ...prepared, table: id }
  const own = world.graph.get(id)
  if (own?.task) return void (await call({ name: 'run', event }))
  if (own?.table?.made.by === 'transform') return void (await call({ name: 'transform', event }))
  const made = own?.table?.made
  if (!(made?.by === 'extract' && made.chunks)) {
    return void (await call({ name: 'load', event: await call({ name: 'extract', event }) }))
  }
  const planned = (await call({ name: 'plan', event })) as TaskResult
  for (const chunk of await chunksOf(world, planned)) await call({ name: 'chunk', event: chunk })
  await call({ name: 'load', event: await call({ name: 'seal', event: planned }) })
}

/** The events of the chunks that were planned, as the machine makes them of the list. */
export async function chunksOf({ bucket }: World, planned: TaskResult): Promise<object[]> {
  const { table, date, run, attempt, chunks } = planned
  const ranges = chunks ? ((await bucket.get<Chunk[]>(chunks.key)) ?? []) : []
  return ranges.map((range) => ({ table, date, run, attempt, range }))
}
