import { randomUUID } from 'node:crypto'
import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn'
import { LONGEST_TIMER } from './data.ts'
import { Aborted, ApiError, StateError } from './error.ts'
import { type Details, type Ending, type Execution, type Machine, record } from './execution.ts'
import type { World } from './run.ts'
import { walk } from './walk.ts'

/** All executions of a set of machines. */
export interface Executions extends World {
  readonly machines: ReadonlyMap<string, Machine>
  /** By ARN, in the order in which they started; those of a distributed Map's items too. */
  readonly all: ReadonlyMap<string, Execution>
  /** Goes on with one that has ended, from where it failed. */
  redrive(execution: Execution): void
}

/** Hears each event of each execution as it happens. */
export type Listener = (execution: string, event: HistoryEvent) => void

export function executionsOf(
  machines: ReadonlyMap<string, Machine>,
  outside: Pick<World, 'invoke' | 'publish' | 'runJob' | 's3'>,
  listener: Listener = () => {},
): Executions {
  const all = new Map<string, Execution>()
  const world: Executions = {
    ...outside,
    machines,
    all,
    start(arn, name = randomUUID(), input) {
      const machine = machines.get(arn)
      if (!machine) {
        throw new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`)
      }
      const id = `${arn.replace(':stateMachine:', ':execution:')}:${name}`
      const known = all.get(id)
      if (known?.status === 'RUNNING' && known.input === input) return known
      if (known) {
        throw new ApiError('ExecutionAlreadyExists', `Execution Already Exists: '${id}'`)
      }
      const execution = newExecution(machine, id, name, input)
      world.begin(execution)
      return execution
    },
    begin(execution) {
      all.set(execution.arn, execution)
      // Each event is told of when it is written.
      if (execution.history.length === 0) tell(execution, listener)
      else execution.redrives++
      execution.abort = new AbortController()
      execution.status = 'RUNNING'
      execution.stopped = execution.error = execution.cause = undefined
      execution.ended = go(execution, world)
    },
    stop(execution, ending) {
      execution.abort.abort(ending)
    },
    redrive(execution) {
      execution.redriven = new Date()
      world.begin(execution)
    },
  }
  return world
}

function newExecution(machine: Machine, arn: string, name: string, input: string): Execution {
  return {
    ...{ arn, name, machine, input, started: new Date(), history: [], status: 'RUNNING' },
    place: { state: machine.definition.StartAt, input: JSON.parse(input), last: 0 },
    redrives: 0,
    abort: new AbortController(),
    ended: Promise.resolve(),
  }
}

function tell({ arn, history }: Execution, listener: Listener): void {
  const push = history.push.bind(history)
  history.push = (...events) => {
    const length = push(...events)
    for (const event of events) listener(arn, event)
    return length
  }
}

/** Runs an execution to its end, and writes down what that is. */
async function go(execution: Execution, world: World): Promise<void> {
  const { machine, input, place, history, abort } = execution
  const { definition } = machine
  if (history.length === 0) {
    const executionStartedEventDetails = {
      input,
      inputDetails: { truncated: false },
      roleArn: roleOf(machine),
    }
    record(execution, place, 'ExecutionStarted', { executionStartedEventDetails })
  } else {
    const executionRedrivenEventDetails = { redriveCount: execution.redrives }
    const last = { last: history.length }
    record(execution, last, 'ExecutionRedriven', { executionRedrivenEventDetails })
  }
  const limit = Math.min(definition.TimeoutSeconds ?? LONGEST_TIMER, LONGEST_TIMER)
  const timer = setTimeout(
    () => abort.abort({ status: 'TIMED_OUT', error: 'States.Timeout' } satisfies Ending),
    1000 * limit,
  )
  // What asks for an execution sees it run before it has begun.
  await Promise.resolve()
  try {
    const output = await walk({ execution, world, signal: abort.signal }, definition, place)
    execution.output = JSON.stringify(output)
    end(execution, 'SUCCEEDED', 'ExecutionSucceeded', {
      executionSucceededEventDetails: {
        output: execution.output,
        outputDetails: { truncated: false },
      },
    })
  } catch (thrown) {
    const ending = thrown instanceof Aborted ? (abort.signal.reason as Ending) : undefined
    const { name, message } = new StateError((thrown as Error).name, (thrown as Error).message)
    const { error, cause } = ending ?? { error: name, cause: message }
    Object.assign(execution, { error, cause })
    if (ending?.status === 'ABORTED') {
      const executionAbortedEventDetails = { error, cause }
      end(execution, 'ABORTED', 'ExecutionAborted', { executionAbortedEventDetails })
    } else if (ending?.status === 'TIMED_OUT') {
      const executionTimedOutEventDetails = { error, cause }
      end(execution, 'TIMED_OUT', 'ExecutionTimedOut', { executionTimedOutEventDetails })
    } else {
      const executionFailedEventDetails = { error, cause }
      end(execution, 'FAILED', 'ExecutionFailed', { executionFailedEventDetails })
    }
  } finally {
    clearTimeout(timer)
  }
}

function end(
  execution: Execution,
  status: Execution['status'],
  type: HistoryEventType,
  details: Details,
): void {
  execution.status = status
  execution.stopped = new Date()
  record(execution, { last: execution.place.last }, type, details)
}

/** The role that a machine runs as. */
export const roleOf = ({ arn, name }: Machine): string =>
  `arn:aws:iam::${arn.split(':')[4]}:role/${name}`
