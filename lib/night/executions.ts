import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn'
import type { IsRunning } from './lock.ts'

/** An execution, as far as Step Functions remembers it. */
export interface Found {
  /** `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`. */
  readonly status: string
  /** What it was given: JSON. */
  readonly input: string
}

/** Finds an execution by its ARN: undefined where Step Functions has forgotten it. */
export type FindExecution = (execution: string) => Promise<Found | undefined>

export function findExecutionBy(client = new SFNClient()): FindExecution {
  return async (executionArn) => {
    try {
      const { status = '', input = '{}' } = await client.send(
        new DescribeExecutionCommand({ executionArn }),
      )
      return { status, input }
    } catch (error) {
      if ((error as Error).name === 'ExecutionDoesNotExist') return undefined
      throw error
    }
  }
}

export const runs = ({ status }: Found): boolean =>
  status === 'RUNNING' || status === 'PENDING_REDRIVE'

/** Asks Step Functions; an execution that it has forgotten runs no more. */
export function executionsOf(client = new SFNClient()): IsRunning {
  const find = findExecutionBy(client)
  return async (execution) => {
    const found = await find(execution)
    return found !== undefined && runs(found)
  }
}
