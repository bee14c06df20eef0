import {
  DescribeStateMachineCommand,
  paginateListStateMachines,
  type SFNClient,
} from '@aws-sdk/client-sfn'
import { Failure } from '../../lib/error.ts'
import type { Stage } from '../../lib/stacks/stage.ts'
import { stageNamed } from '../stages/named.ts'
import { stepFunctions } from './client.ts'

/** The state machine of a stage's nights, as it is deployed. */
export interface NightMachine {
  readonly client: SFNClient
  readonly stage: Stage
  readonly arn: string
  /** `usher-dev-night` */
  readonly name: string
}

/** Finds the machine of a stage, the first one unless it is named. Throws a BadInput where there is none. */
export async function findMachine(stageName: unknown): Promise<NightMachine> {
  const stage = stageNamed(stageName)
  const client = stepFunctions(stage.region)
  const name = `usher-${stage.name}-night`
  for await (const { stateMachines } of paginateListStateMachines({ client }, {})) {
    const found = stateMachines?.find((machine) => machine.name === name)
    if (!found?.stateMachineArn) continue
    checkAccount(stage, found.stateMachineArn)
    return { client, stage, arn: found.stateMachineArn, name }
  }
  const region = await client.config.region()
  throw new Failure(
    'BadInput',
    `there is no state machine ${name} in ${region}: deploy it first, with npx cdk deploy 'usher-${stage.name}-*', or take other credentials: AWS_PROFILE`,
  )
}

/** Throws a BadInput where a machine is not in the account of its stage. */
export function checkAccount(
  { name, account }: Pick<Stage, 'name' | 'account'>,
  arn: string,
): void {
  const found = arn.split(':')[4]
  if (account === undefined || account === found) return
  const problem = `the credentials are of the account ${found}, and the stage ${name} is in ${account}`
  throw new Failure('BadInput', `${problem}: take others, with AWS_PROFILE`)
}

interface States {
  readonly States: Readonly<Record<string, State>>
}

interface State {
  readonly Parameters?: { readonly table?: unknown; readonly StateMachineArn?: unknown }
  readonly Branches?: readonly States[]
}

/** The tables of the deployed machine and of its parts, in the order of their states. */
export async function tablesOf({
  client,
  arn,
}: Pick<NightMachine, 'client' | 'arn'>): Promise<string[]> {
  const { definition = '{"States":{}}' } = await client.send(
    new DescribeStateMachineCommand({ stateMachineArn: arn }),
  )
  const tables = new Set<string>()
  for (const { Parameters = {} } of statesIn(JSON.parse(definition))) {
    const { table, StateMachineArn: part } = Parameters
    if (typeof table === 'string') tables.add(table)
    if (typeof part !== 'string') continue
    for (const inside of await tablesOf({ client, arn: part })) tables.add(inside)
  }
  return [...tables]
}

function* statesIn({ States }: States): Generator<State> {
  for (const state of Object.values(States)) {
    yield state
    for (const branch of state.Branches ?? []) yield* statesIn(branch)
  }
}
