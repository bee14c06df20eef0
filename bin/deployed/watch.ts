import { setTimeout as sleep } from 'node:timers/promises'
import {
  DescribeExecutionCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  paginateGetExecutionHistory,
  type SFNClient,
} from '@aws-sdk/client-sfn'
import type { NightRecord } from '../../local/record.ts'
import { onceThere } from './patience.ts'

/** How an execution stands. */
export interface Standing {
  readonly status: string
  readonly output?: string
  readonly error?: string
  readonly cause?: string
  readonly started: Date
  readonly stopped?: Date
  readonly input: string
}

export async function standingOf(client: SFNClient, executionArn: string): Promise<Standing> {
  const {
    status = '',
    output,
    error,
    cause,
    startDate,
    stopDate,
    input = '',
  } = await onceThere(() => client.send(new DescribeExecutionCommand({ executionArn })))
  return {
    status,
    output,
    error,
    cause,
    started: startDate ?? new Date(),
    stopped: stopDate,
    input,
  }
}

export const isRunning = ({ status }: Standing): boolean =>
  status === 'RUNNING' || status === 'PENDING_REDRIVE'

/** What is left of an execution to be heard. */
interface Ear {
  last: number
  ended: boolean
}

/** Gives what lets a record hear what an execution has done since it last did, with its parts. */
export function listenerTo(
  client: SFNClient,
  arn: string,
  record: NightRecord,
): () => Promise<void> {
  const ears = new Map<string, Ear>([[arn, { last: 0, ended: false }]])
  return async () => {
    // Parts that are found on the way come behind, in the same round.
    for (const [execution, ear] of ears) {
      if (ear.ended) continue
      const events = await onceThere(() => eventsSince(client, execution, ear.last))
      for (const event of events) {
        const { id = 0, type = '' } = event
        Object.assign(ear, { last: id, ended: ENDED.test(type) && execution !== arn })
        const task = record.hear(execution, event)
        const { child, mapRun } = task ?? {}
        if (child && !ears.has(child)) ears.set(child, { last: 0, ended: false })
        if (mapRun && type === 'MapRunFailed') await hearFailedItem(client, mapRun, record)
      }
    }
  }
}

const ENDED = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/
/** Events that are asked for at once, the newest first. */
const PAGE = 200

async function eventsSince(
  client: SFNClient,
  executionArn: string,
  last: number,
): Promise<HistoryEvent[]> {
  const found: HistoryEvent[] = []
  const pages = paginateGetExecutionHistory(
    { client, pageSize: last === 0 ? 1000 : PAGE },
    { executionArn, reverseOrder: true },
  )
  for await (const { events = [] } of pages) {
    found.push(...events.filter(({ id = 0 }) => id > last))
    if ((events.at(-1)?.id ?? 0) <= last + 1) break
  }
  return found.reverse()
}

/** Of a distributed Map the parent's history tells only that items failed: why, one of them tells. */
async function hearFailedItem(
  client: SFNClient,
  mapRunArn: string,
  record: NightRecord,
): Promise<void> {
  const { executions = [] } = await client.send(
    new ListExecutionsCommand({ mapRunArn, statusFilter: 'FAILED', maxResults: 1 }),
  )
  const item = executions[0]?.executionArn
  if (!item) return
  for (const event of await eventsSince(client, item, 0)) record.hear(item, event)
}

/** Milliseconds between two looks at an execution. */
const PAUSE = 1000

/** Lets a record hear an execution until it has ended; gives how it did. */
export async function follow(
  client: SFNClient,
  arn: string,
  record: NightRecord,
): Promise<Standing> {
  const listen = listenerTo(client, arn, record)
  for (;;) {
    const standing = await standingOf(client, arn)
    await listen()
    if (!isRunning(standing)) return standing
    await sleep(PAUSE)
  }
}
