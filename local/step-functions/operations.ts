import type { HistoryEvent } from '@aws-sdk/client-sfn'
import { describeExecution, listedExecution, machineFacts, seconds } from './describe.ts'
import { ApiError } from './error.ts'
import type { Execution, Machine } from './execution.ts'
import { type Executions, roleOf } from './executions.ts'
import { notRedrivable } from './redrive.ts'
import { arnOf, type Body, booleanOf, inputOf, invalid, nameOf, pageOf, textOf } from './request.ts'

type Answer = Record<string, unknown>
type Operation = (body: Body) => Answer

const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE']

/** The operations of the API. Each throws an ApiError for a request that it refuses. */
export function operationsOf(executions: Executions): Readonly<Record<string, Operation>> {
  const { machines, all } = executions
  /** When an execution was redriven, by the token of who asked. */
  const tokens = new Map<string, Date>()

  function machineIn(body: Body): Machine {
    const arn = arnOf(body, 'stateMachineArn', 'stateMachine')
    const machine = machines.get(arn)
    if (machine) return machine
    throw new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`)
  }

  function executionIn(body: Body): Execution {
    const arn = arnOf(body, 'executionArn', 'execution')
    const execution = all.get(arn)
    if (execution) return execution
    throw new ApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`)
  }

  return {
    ListStateMachines(body) {
      const sorted = [...machines.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
      const { page, nextToken } = pageOf(body, sorted)
      return { stateMachines: page.map(machineFacts), nextToken }
    },

    DescribeStateMachine: (body) => {
      const machine = machineIn(body)
      return {
        ...machineFacts(machine),
        status: 'ACTIVE',
        definition: machine.text,
        roleArn: roleOf(machine),
      }
    },

    DescribeStateMachineForExecution: (body) => {
      const { machine } = executionIn(body)
      return {
        ...{ stateMachineArn: machine.arn, name: machine.name, roleArn: roleOf(machine) },
        ...{ definition: machine.text, updateDate: seconds(machine.created) },
      }
    },

    StartExecution(body) {
      const arn = arnOf(body, 'stateMachineArn', 'stateMachine')
      const { arn: executionArn, started } = executions.start(arn, nameOf(body), inputOf(body))
      return { executionArn, startDate: seconds(started) }
    },

    DescribeExecution: (body) => describeExecution(executionIn(body)),

    ListExecutions(body) {
      const status = textOf(body, 'statusFilter', 0, 80)
      if (status !== undefined && !STATUSES.includes(status)) {
        throw invalid(status, 'statusFilter', `satisfy enum value set: [${STATUSES.join(', ')}]`)
      }
      if ((body.stateMachineArn === undefined) === (body.mapRunArn === undefined)) {
        const problem = 'You must specify either a state machine ARN or a Map Run ARN'
        throw new ApiError('ValidationException', problem)
      }
      const mapRun = body.mapRunArn && arnOf(body, 'mapRunArn', 'mapRun')
      const owner = mapRun ? undefined : machineIn(body)
      const found = [...all.values()]
        .reverse()
        .filter((one) => (mapRun ? one.mapRun === mapRun : one.machine === owner))
        .filter((one) => status === undefined || one.status === status)
      const { page, nextToken } = pageOf(body, found)
      return { executions: page.map(listedExecution), nextToken }
    },

    GetExecutionHistory(body) {
      const { history } = executionIn(body)
      const ordered = booleanOf(body, 'reverseOrder') ? history.toReversed() : history
      const data = booleanOf(body, 'includeExecutionData') ?? true
      const { page, nextToken } = pageOf(body, ordered)
      return { events: page.map((event) => eventOf(event, data)), nextToken }
    },

    StopExecution(body) {
      const execution = executionIn(body)
      const error = textOf(body, 'error', 0, 256)
      const cause = textOf(body, 'cause', 0, 32_768)
      if (execution.status === 'RUNNING') {
        executions.stop(execution, { status: 'ABORTED', error, cause })
      }
      return { stopDate: seconds(execution.stopped ?? new Date()) }
    },

    RedriveExecution(body) {
      const execution = executionIn(body)
      const token = textOf(body, 'clientToken', 1, 64)
      const before = tokens.get(`${execution.arn} ${token}`)
      if (token !== undefined && before) return { redriveDate: seconds(before) }
      const problem = notRedrivable(execution)
      if (problem) throw new ApiError('ExecutionNotRedrivable', problem)
      executions.redrive(execution)
      const redriven = execution.redriven ?? new Date()
      if (token !== undefined) tokens.set(`${execution.arn} ${token}`, redriven)
      return { redriveDate: seconds(redriven) }
    },
  }
}

const DATA = ['input', 'inputDetails', 'output', 'outputDetails', 'parameters', 'error', 'cause']

function eventOf({ timestamp, ...event }: HistoryEvent, data: boolean): Answer {
  const entries = Object.entries(event).map(([field, details]) => {
    if (data || typeof details !== 'object') return [field, details]
    return [field, Object.fromEntries(Object.entries(details).filter(([f]) => !DATA.includes(f)))]
  })
  return { ...Object.fromEntries(entries), timestamp: seconds(timestamp as Date) }
}
