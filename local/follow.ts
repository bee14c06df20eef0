import type { HistoryEvent } from '@aws-sdk/client-sfn'

/** A state that does something for the night, as the history of its execution tells it. */
export interface Task {
  /** The ARN of its execution. */
  readonly execution: string
  /** `Extract events` */
  readonly state: string
  readonly entered: Date
  /** What it was given the last time. */
  input: unknown
  attempts: number
  /** When the last attempt began. */
  since?: Date
  /** When that ended: until it is tried again, or left. */
  until?: Date
  result?: unknown
  failure?: { readonly error: string; readonly cause: string }
  /** The ARN of the execution of another machine that it waits for. */
  child?: string
  /** It is a Map, which is given no more than the table of the task before it. */
  readonly isMap?: true
  /** The ARN of the run of a distributed Map. */
  mapRun?: string
  /** It was left, or its execution has ended. */
  over: boolean
  /** It was left because its execution was stopped, or had failed elsewhere. */
  aborted: boolean
}

/**
 * Follows executions event by event: what it returns gives the task that an event tells of, if it
 * tells of one. Events of one execution must come in their order.
 */
export function followTasks(): (execution: string, event: HistoryEvent) => Task | undefined {
  /** The task that the chain of events before an event leads to, by execution and the event's id. */
  const chains = new Map<string, Map<number, Task>>()
  return (execution, event) => {
    const chain = chains.get(execution) ?? new Map<number, Task>()
    chains.set(execution, chain)
    const { id = 0, previousEventId = 0, timestamp = new Date() } = event
    const before = chain.get(previousEventId)
    if (event.type === 'TaskStateEntered' || event.type === 'MapStateEntered') {
      const { name: state = '', input } = event.stateEnteredEventDetails ?? {}
      const fresh = { execution, state, entered: timestamp, over: false, aborted: false }
      const task: Task =
        event.type === 'TaskStateEntered'
          ? { ...fresh, input: parsed(input), attempts: 0 }
          : { ...fresh, input: tableOf(before), attempts: 1, since: timestamp, isMap: true }
      chain.set(id, task)
      return task
    }
    if (/^Execution(Aborted|TimedOut|Failed)$/.test(event.type ?? '')) {
      for (const task of chain.values()) {
        if (task.over) continue
        Object.assign(task, { over: true, aborted: task.failure === undefined })
      }
    }
    if (!before) return undefined
    chain.set(id, before)
    return change(before, event, timestamp) ? before : undefined
  }
}

/** Notes what an event says of its task. */
function change(task: Task, event: HistoryEvent, at: Date): boolean {
  const scheduled = event.lambdaFunctionScheduledEventDetails ?? event.taskScheduledEventDetails
  if (scheduled) {
    const input =
      'parameters' in scheduled
        ? scheduled.parameters
        : event.lambdaFunctionScheduledEventDetails?.input
    const started = { since: at, attempts: task.attempts + 1, over: false, aborted: false }
    Object.assign(task, started, { input: parsed(input) })
    Object.assign(task, { until: undefined, result: undefined, failure: undefined })
    return true
  }
  if (event.taskSubmittedEventDetails) {
    const { output } = event.taskSubmittedEventDetails
    task.child = (parsed(output) as { ExecutionArn?: string } | undefined)?.ExecutionArn
    return true
  }
  if (event.mapRunStartedEventDetails) {
    task.mapRun = event.mapRunStartedEventDetails.mapRunArn
    return true
  }
  const succeeded = event.lambdaFunctionSucceededEventDetails ?? event.taskSucceededEventDetails
  if (succeeded) {
    Object.assign(task, { until: at, result: parsed(succeeded.output) })
    return true
  }
  const failed = failureIn(event)
  if (failed) {
    const { error = 'States.TaskFailed', cause = '' } = failed
    Object.assign(task, { until: at, failure: { error, cause } })
    return true
  }
  const aborted = event.type === 'TaskStateAborted' || event.type === 'MapStateAborted'
  if (!aborted && !/^((Task|Map)StateExited|ExecutionFailed)$/.test(event.type ?? '')) return false
  Object.assign(task, { over: true, aborted, until: task.until ?? at })
  return true
}

const tableOf = (task: Task | undefined): { table?: unknown } => {
  const { table } = (task?.input ?? {}) as { table?: unknown }
  return { table }
}

const failureIn = (event: HistoryEvent) =>
  event.mapRunFailedEventDetails ??
  event.lambdaFunctionFailedEventDetails ??
  event.lambdaFunctionTimedOutEventDetails ??
  event.lambdaFunctionScheduleFailedEventDetails ??
  event.lambdaFunctionStartFailedEventDetails ??
  event.taskFailedEventDetails ??
  event.taskTimedOutEventDetails ??
  event.taskSubmitFailedEventDetails ??
  event.taskStartFailedEventDetails

/** JSON that a history holds, unless it was left out. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    // A history cuts what is too long.
    return undefined
  }
}
