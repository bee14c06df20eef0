import type { Execution, Machine } from './execution.ts'
import { notRedrivable } from './redrive.ts'

/** Seconds since 1970, as AWS writes an instant in JSON. */
export const seconds = (instant: Date): number => instant.getTime() / 1000

export const machineFacts = ({ arn, name, created }: Machine) => ({
  stateMachineArn: arn,
  name,
  type: 'STANDARD',
  creationDate: seconds(created),
})

/** An execution in a list. */
export const listedExecution = (execution: Execution) => ({
  executionArn: execution.arn,
  stateMachineArn: execution.machine.arn,
  name: execution.name,
  status: execution.status,
  startDate: seconds(execution.started),
  stopDate: execution.stopped && seconds(execution.stopped),
  mapRunArn: execution.mapRun,
  redriveCount: execution.redrives,
  redriveDate: execution.redriven && seconds(execution.redriven),
})

export function describeExecution(execution: Execution) {
  const { input, output, error, cause } = execution
  const reason = notRedrivable(execution)
  return {
    ...listedExecution(execution),
    ...{ input, output, error, cause },
    inputDetails: { included: true },
    outputDetails: output === undefined ? undefined : { included: true },
    redriveStatus: reason === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    redriveStatusReason: reason,
  }
}
