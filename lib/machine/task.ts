import type { Retrier, TaskState } from './asl.ts'
import { placeholder } from './names.ts'

/** A function as a definition calls it. */
export interface Call {
  /** Its ARN, or what will be put in the place of it. */
  readonly resource: string
  /** The time that it has. */
  readonly seconds: number
  /** It reads a source that is not read by all who want to at once: it may wait for its turn. */
  readonly waits?: true
}

/** As often as it takes: the night's own end is the limit. */
const UNLIMITED = 100_000

/**
 * An account that may run but few functions at once, or a server that few may read, serves the others in
 * their turn. Each try is an event of the night's history: so whoever has waited for long asks seldom,
 * and comes later than it could by a fifth of that at most.
 */
const TURN: Retrier = {
  ErrorEquals: ['Busy', 'Lambda.TooManyRequestsException'],
  IntervalSeconds: 10,
  MaxAttempts: UNLIMITED,
  BackoffRate: 1.1,
  JitterStrategy: 'FULL',
}

/** How often a call that waits for its turn is tried in so many seconds; jitter halves each delay. */
export function turnsIn(seconds: number): number {
  let tries = 0
  let delay = TURN.IntervalSeconds / 2
  for (let left = seconds; left > 0; tries++) {
    left -= delay
    delay *= TURN.BackoffRate
  }
  return tries
}

/** What passes by itself is tried again; whatever else a function throws is not. */
const RETRY: readonly Retrier[] = [
  // A transaction of hours, or an upstream that takes as long: asked after as often as it takes.
  {
    ErrorEquals: ['StillRunning'],
    IntervalSeconds: 1,
    MaxAttempts: UNLIMITED,
    BackoffRate: 1.5,
    MaxDelaySeconds: 60,
  },
  // The function was ended: for its time or its memory, which may be just enough the next time.
  {
    ErrorEquals: [
      'Lambda.Unknown',
      'Lambda.ClientExecutionTimeoutException',
      'Sandbox.Timedout',
      'Runtime.ExitError',
    ],
    IntervalSeconds: 5,
    MaxAttempts: 1,
    BackoffRate: 1,
  },
  TURN,
  {
    ErrorEquals: [
      'Transient',
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
    ],
    IntervalSeconds: 5,
    MaxAttempts: 4,
    BackoffRate: 3,
    MaxDelaySeconds: 300,
    JitterStrategy: 'FULL',
  },
]

/** A state that calls a function, tries again what may pass, and never waits for ever. */
export function taskState({ resource, seconds }: Call, more: Partial<TaskState> = {}): TaskState {
  return {
    Type: 'Task',
    Resource: resource,
    // Lambda's own limit comes first, so that a function is never left running.
    TimeoutSeconds: seconds + 60,
    ...more,
    Retry: RETRY,
  }
}

/** A state that sends a message to a topic. What SNS refuses, it may take a little later. */
export function publishState(
  TopicArn: string,
  message: Readonly<Record<string, string>>,
): TaskState {
  return {
    Type: 'Task',
    Resource: `arn:${placeholder('Partition')}:states:::sns:publish`,
    TimeoutSeconds: 60,
    Parameters: { TopicArn, ...message },
    Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 3, BackoffRate: 3 }],
  }
}
