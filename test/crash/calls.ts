import type { Call } from './front.ts'
import { type Caller, type Invocation, invoke, retried } from './night.ts'
import type { World } from './stage.ts'

/** A call as it is where nothing goes wrong, and the function that makes it. */
export type CalmCall = Pick<Call, 'number' | 'service' | 'what'> & {
  readonly by: Invocation['name']
}

/** Calls functions as Step Functions does where nothing is amiss, and tells of their calls. */
export async function counted(world: World) {
  const front = await world.open()
  const names: Invocation['name'][] = []
  const call: Caller = async (invocation) => {
    try {
      return await retried(() => invoke(world, front, invocation))
    } finally {
      while (names.length < front.calls.length) names.push(invocation.name)
    }
  }
  const calls = (): CalmCall[] =>
    front.calls.map(({ number, service, what }, at) => ({
      ...{ number, service, what },
      by: names[at] ?? 'report',
    }))
  return { call, calls }
}

/** Not those at the night's beginning and end, which are the same for all tables. */
export const isOwn = ({ by }: CalmCall): boolean => !['prepare', 'report', 'end'].includes(by)

/** What changes something at a service. */
const WRITES = /^(s3 (PUT|POST|DELETE) |redshift \w+ExecuteStatement usher )/
export const writes = ({ what }: Pick<Call, 'what'>): boolean => WRITES.test(what)
