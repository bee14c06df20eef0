import { type ExecutionListItem, paginateListExecutions } from '@aws-sdk/client-sfn'
import { isDate } from '../../lib/table/moment.ts'
import { type Meaning, meaningOf } from './naming.ts'
import type { NightMachine } from './night-machine.ts'
import { type Standing, standingOf } from './watch.ts'

/** An execution of the night machine. */
export interface Listed {
  readonly arn: string
  readonly name: string
  readonly standing: Standing
  readonly meaning?: Meaning
}

/** The executions of a machine, the newest first. */
export async function* executions(machine: NightMachine): AsyncGenerator<ExecutionListItem> {
  const { client, arn: stateMachineArn } = machine
  const pages = paginateListExecutions({ client, pageSize: 100 }, { stateMachineArn })
  for await (const { executions = [] } of pages) yield* executions
}

/** What there is to know of an execution besides its name. */
export async function describe(
  { client, stage }: NightMachine,
  { executionArn: arn = '', name = '' }: ExecutionListItem,
): Promise<Listed> {
  const standing = await standingOf(client, arn)
  return { arn, name, standing, meaning: meaningOf(standing.input, stage.timeZone) }
}

/** The newest execution of a run date, or the one of a name or its beginning, if there is one. */
export async function find(machine: NightMachine, word: string): Promise<Listed | undefined> {
  for await (const execution of executions(machine)) {
    const { name = '', startDate } = execution
    if (!isDate(word)) {
      if (name === word || isOne(name, word.replace(/…$/, ''))) return describe(machine, execution)
      continue
    }
    // No night is done before its day.
    if (startDate && startDate.getTime() < Date.parse(word)) return undefined
    const date = dateIn(name)
    if (date !== undefined && date !== word) continue
    const described = await describe(machine, execution)
    if (described.meaning?.date === word) return described
  }
  return undefined
}

/** The run date that an execution's name begins with, if it does. */
export const dateIn = (name: string): string | undefined => /^\d{4}-\d{2}-\d{2}/.exec(name)?.[0]

/** Names that nobody types: a beginning is enough, where it is no date, of which there are many. */
const isOne = (name: string, beginning: string): boolean =>
  beginning.length >= 'nightly-1234'.length && !/^\d{4}-/.test(name) && name.startsWith(beginning)
