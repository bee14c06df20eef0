import {
  DescribeExecutionCommand,
  paginateListExecutions,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { dateIn } from './listing.ts'
import { inputOf, type Meaning, meaningOf, nameOf } from './naming.ts'
import type { NightMachine } from './night-machine.ts'
import { standingOf } from './watch.ts'

/** What became of the wish to have a night done. */
export interface Begun {
  /** `attached`: it was running already; `held`: another night runs that has the same date. */
  readonly how: 'started' | 'attached' | 'held'
  readonly arn: string
  readonly name: string
}

/**
 * Has a night done, once, whoever else wants it: attaches to the execution that does it, and starts the
 * next attempt where none does. What is complete, the night itself passes by. Starts nothing where
 * another night has the date, which would refuse this one.
 */
export async function begin(machine: NightMachine, meaning: Meaning): Promise<Begun> {
  const running = await runningFor(machine, meaning)
  if (running) return running
  for (let attempt = 1; ; attempt++) {
    const name = nameOf(meaning, attempt)
    if (!(await exists(machine, name))) {
      const started = await start(machine, name, inputOf(meaning))
      if (started) return { how: 'started', arn: started, name }
    }
    // It was there, or somebody was faster, with the same name.
    const arn = arnOf(machine, name)
    const { status, input } = await standingOf(machine.client, arn)
    if (status === 'RUNNING' && input === inputOf(meaning)) return { how: 'attached', arn, name }
  }
}

/** The execution that is doing just that, whatever its name: the schedule's, say; or else that date. */
async function runningFor(machine: NightMachine, meaning: Meaning): Promise<Begun | undefined> {
  const { client, arn: stateMachineArn, stage } = machine
  let held: Begun | undefined
  const pages = paginateListExecutions({ client }, { stateMachineArn, statusFilter: 'RUNNING' })
  for await (const { executions = [] } of pages) {
    for (const { executionArn: arn = '', name = '' } of executions) {
      if ((dateIn(name) ?? meaning.date) !== meaning.date) continue
      const { input } = await standingOf(client, arn)
      const other = meaningOf(input, stage.timeZone)
      if (other && inputOf(other) === inputOf(meaning)) return { how: 'attached', arn, name }
      if (other?.date === meaning.date) held = { how: 'held', arn, name }
    }
  }
  return held
}

const arnOf = ({ arn }: NightMachine, name: string) =>
  `${arn.replace(':stateMachine:', ':execution:')}:${name}`

async function exists(machine: NightMachine, name: string): Promise<boolean> {
  try {
    const executionArn = arnOf(machine, name)
    await machine.client.send(new DescribeExecutionCommand({ executionArn }))
    return true
  } catch (error) {
    if ((error as Error).name === 'ExecutionDoesNotExist') return false
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
