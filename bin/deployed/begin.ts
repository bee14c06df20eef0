import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  paginateListExecutions,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { inputOf, type Meaning, meaningOf, nameOf } from './naming.ts'
import type { NightMachine } from './night-machine.ts'

/** What became of the wish to have a night done. */
export interface Begun {
  /** `attached`: it was running already. */
  readonly how: 'started' | 'attached'
  readonly arn: string
  readonly name: string
}

/**
 * Has a night done, once, whoever else wants it: attaches to the execution that does it, and starts the
 * next attempt where none does. What is complete, the night itself passes by.
 */
export async function begin(machine: NightMachine, meaning: Meaning): Promise<Begun> {
  const running = await runningFor(machine, meaning)
  if (running) return { how: 'attached', ...running }
  for (let attempt = 1; ; attempt++) {
    const name = nameOf(meaning, attempt)
    const known = await executionOf(machine, name)
    if (!known) {
      const arn = await start(machine, name, inputOf(meaning))
      if (arn) return { how: 'started', arn, name }
      // Somebody was faster, with the same name: look again what it is.
      attempt--
      continue
    }
    const { status, input, executionArn: arn = '' } = known
    if (status === 'RUNNING' && input === inputOf(meaning)) return { how: 'attached', arn, name }
  }
}

/** The execution that is doing just that, whatever its name: the schedule's, say. */
async function runningFor(machine: NightMachine, meaning: Meaning) {
  const { client, arn: stateMachineArn, stage } = machine
  const pages = paginateListExecutions({ client }, { stateMachineArn, statusFilter: 'RUNNING' })
  for await (const { executions = [] } of pages) {
    for (const { executionArn, name = '' } of executions) {
      const { input } = await client.send(new DescribeExecutionCommand({ executionArn }))
      const other = meaningOf(input, stage.timeZone)
      if (other && inputOf(other) === inputOf(meaning)) return { arn: executionArn ?? '', name }
    }
  }
  return undefined
}

/** The execution of a name, where there is one. */
export async function executionOf(
  { client, arn }: NightMachine,
  name: string,
): Promise<DescribeExecutionOutput | undefined> {
  const executionArn = `${arn.replace(':stateMachine:', ':execution:')}:${name}`
  try {
    return await client.send(new DescribeExecutionCommand({ executionArn }))
  } catch (error) {
    if ((error as Error).name === 'ExecutionDoesNotExist') return undefined
    throw error
  }
}

/** Starts an execution; undefined where its name has been taken meanwhile. */
async function start({ client, arn }: NightMachine, name: string, input: string) {
  try {
    const { executionArn } = await client.send(
      new StartExecutionCommand({ stateMachineArn: arn, name, input }),
    )
    return executionArn
  } catch (error) {
    if ((error as Error).name === 'ExecutionAlreadyExists') return undefined
    throw error
  }
}
