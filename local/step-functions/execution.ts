import type { ExecutionStatus, HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn'
import type { Definition } from './definition.ts'
import { StateError } from './error.ts'

export interface Machine {
  readonly arn: string
  readonly name: string
  /** As it was written. */
  readonly text: string
  readonly definition: Definition
  readonly created: Date
}

/** Where an execution, or a branch of one, is: what a redrive goes on from. */
export interface Place {
  state: string
  input: unknown
  /** Its last event: the next one follows it. */
  last: number
  /** The event that says that the state was entered; none before it is. */
  entered?: { readonly id: number; readonly at: Date }
  /** The branches of the state, or its iterations. */
  branches?: Place[]
  /** The executions of a distributed Map's items. */
  items?: Execution[]
  /** What it came to, once it is at its end. */
  output?: { readonly value: unknown }
}

export interface Execution {
  readonly arn: string
  readonly name: string
  readonly machine: Machine
  /** As it was given: JSON. */
  readonly input: string
  readonly started: Date
  readonly history: HistoryEvent[]
  readonly place: Place
  /** The run of a distributed Map that it does an item of. */
  readonly mapRun?: string
  status: ExecutionStatus
  stopped?: Date
  output?: string
  error?: string
  cause?: string
  redrives: number
  redriven?: Date
  /** Ends it; the reason is an Ending. */
  abort: AbortController
  /** Settles when it has ended. */
  ended: Promise<void>
}

/** How an execution is ended from outside. */
export interface Ending {
  readonly status: 'ABORTED' | 'TIMED_OUT'
  readonly error?: string
  readonly cause?: string
}

export type Details = Omit<HistoryEvent, 'timestamp' | 'type' | 'id' | 'previousEventId'>

/** The most events that a history holds, the one that ends it among them. */
export const MOST_EVENTS = 25_000

/** Adds an event behind the last one of a place; gives its number. */
export function record(
  { history }: Execution,
  place: Pick<Place, 'last'>,
  type: HistoryEventType,
  details: Details = {},
): number {
  const ending = type.startsWith('Execution')
  if (history.length >= MOST_EVENTS - 1 && !ending) {
    const cause = `The execution reached the maximum number of history events (${MOST_EVENTS}).`
    throw new StateError('States.Runtime', cause)
  }
  const id = history.length + 1
  history.push({ timestamp: new Date(), type, id, previousEventId: place.last, ...details })
  place.last = id
  return id
}
