import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn'
import type { IsRunning } from './lock.ts'

/** Asks Step Functions; an execution that it has forgotten runs no more. */
export function executionsOf(client = new SFNClient()): IsRunning {
  return async (executionArn) => {
    try {
      const { status } = await client.send(new DescribeExecutionCommand({ executionArn }))
      return status === 'RUNNING' || status === 'PENDING_REDRIVE'
    } catch (error) {
      if ((error as Error).name === 'ExecutionDoesNotExist') return false
      throw error
    }
  }
}
