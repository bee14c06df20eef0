import type { Retrier, TaskState } from './asl.ts'
import { placeholder } from './names.ts'

/** A function as a definition calls it. */
export interface Call {
  /** Its ARN, or what will be put in the place of it. */
  readonly resource: string
  /** The time that it has. */
  readonly seconds: number
}

/** As often as it takes: the night's own end is the limit. */
const UNLIMITED = 100_000

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
  // An account that may run but few functions at once, or a server that few may read, serves the others
  // in their turn. Each try is an event of the night's history: hence so seldom.
  {
    ErrorEquals: ['Busy', 'Lambda.TooManyRequestsException'],
    IntervalSeconds: 2,
    MaxAttempts: UNLIMITED,
    BackoffRate: 2,
    MaxDelaySeconds: 300,
    JitterStrategy: 'FULL',
  },
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
