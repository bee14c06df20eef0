import type { S3Client } from '@aws-sdk/client-s3'
import type { Context } from './data.ts'
import { Aborted } from './error.ts'
import type { Ending, Execution, Place } from './execution.ts'
import type { Job, JobEnd } from './job.ts'
import type { Message } from './publish.ts'

/** What an execution needs of the world around it. */
export interface World {
  /** Calls a Lambda function by its ARN. Throws an error whose message is the cause. */
  invoke(arn: string, input: unknown): Promise<unknown>
  /** Sends a message to a topic; gives its id. Throws a StateError. */
  publish?(message: Message): Promise<string>
  /** Runs a job of EMR Serverless to its end, or until it is cancelled. */
  runJob?(job: Job, cancelled: AbortSignal): Promise<JobEnd>
  /** Where lists of items are read. */
  readonly s3?: S3Client
  /** Starts an execution of a machine. Throws an ApiError. */
  start(machine: string, name: string | undefined, input: string): Execution
  /** Starts, or goes on with, the execution of an item of a distributed Map. */
  begin(execution: Execution): void
  stop(execution: Execution, ending: Ending): void
}

/** A run of an execution, or of a branch of it. */
export interface Run {
  readonly execution: Execution
  readonly world: World
  /** Aborted when the execution, or a branch beside this one, has ended. */
  readonly signal: AbortSignal
  /** The item of an iteration. */
  readonly item?: { readonly Index: number; readonly Value: unknown }
}

export function contextOf({ execution, item }: Run, place: Place, retries: number): Context {
  const { arn, name, machine, input, started, redrives, redriven } = execution
  return {
    TheExecution: {
      Id: arn,
      Input: JSON.parse(input),
      Name: name,
      StartTime: started.toISOString(),
      RedriveCount: redrives,
      ...(redriven && { RedriveTime: redriven.toISOString() }),
    },
    State: {
      EnteredTime: (place.entered?.at ?? new Date()).toISOString(),
      Name: place.state,
      RetryCount: retries,
    },
    StateMachine: { Id: machine.arn, Name: machine.name },
    ...(item && { Map: { Item: item } }),
  }
}

/** Waits for a promise, but no longer than until the run is aborted. Throws an Aborted. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const { promise: abort, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(new Aborted())
  // Nobody hears any more what comes of it.
  promise.catch(() => {})
  if (signal.aborted) throw new Aborted()
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([promise, abort])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
