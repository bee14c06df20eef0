import {
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
} from '@aws-sdk/client-sfn'
import { dateIn, describe, executions, type Listed } from './listing.ts'
import { inputOf, type Meaning } from './naming.ts'
import type { NightMachine } from './night-machine.ts'

/**
 * Gives what tells whether a night is done: whether the newest execution of its date, whatever its name,
 * was asked for the same, whatever it accepts, has succeeded, and ran the machine as it is now, whose tables
 * may be others.
 */
export async function doneOf(
  machine: NightMachine,
  dates: readonly string[],
): Promise<(meaning: Meaning) => Promise<boolean>> {
  const newest = await newestOf(machine, new Set(dates))
  const { client, arn: stateMachineArn } = machine
  const { definition } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }))
  return async (meaning) => {
    const last = newest.get(meaning.date)
    if (last?.meaning === undefined || last.standing.status !== 'SUCCEEDED') return false
    // What has succeeded has nothing left to accept.
    const asked = ({ accept: _, ...other }: Meaning) => inputOf(other)
    if (meaning.force || asked(last.meaning) !== asked(meaning)) return false
    const ran = await client.send(
      new DescribeStateMachineForExecutionCommand({ executionArn: last.arn }),
    )
    return ran.definition === definition
  }
}

/** The newest execution of each date that has had one. */
async function newestOf(
  machine: NightMachine,
  dates: ReadonlySet<string>,
): Promise<Map<string, Listed>> {
  const newest = new Map<string, Listed>()
  const first = [...dates].sort()[0] ?? ''
  for await (const execution of executions(machine)) {
    const { name = '', startDate } = execution
    // No night is done before its day.
    if (startDate && startDate.getTime() < Date.parse(first)) break
    const date = dateIn(name)
    if (date !== undefined && (!dates.has(date) || newest.has(date))) continue
    const described = await describe(machine, execution)
    const day = described.meaning?.date
    if (day !== undefined && dates.has(day) && !newest.has(day)) newest.set(day, described)
    if (newest.size === dates.size) break
  }
  return newest
}
