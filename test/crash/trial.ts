import { definitionOf } from '../../lib/graph/graph.ts'
import type { Call } from './front.ts'
import { type Mishap, mishaps } from './mishaps.ts'
import { type Caller, type Invocation, invoke, night, retried } from './night.ts'
import { DATE, type Stage, type World } from './stage.ts'
import { differences, type State, stateOf } from './state.ts'
import { FORCED } from './tables.ts'

/** One thing that goes wrong at one call. */
export interface Trial {
  /** The table or task. */
  readonly table: string
  readonly mishap: Mishap
  readonly call: CalmCall
}

/** A call as it is where nothing goes wrong, and the function that makes it. */
export type CalmCall = Pick<Call, 'number' | 'service' | 'what'> & {
  readonly by: Invocation['name']
}

/** A table's night in which nothing goes wrong. */
export interface Calm {
  readonly state: State
  readonly calls: readonly CalmCall[]
}

/** Runs a table's night as it should be. */
export async function calmNight(stage: Stage, table: string): Promise<Calm> {
  const world = await stage.world((graph) => definitionOf(graph, table))
  try {
    const front = await world.open()
    const names: Invocation['name'][] = []
    const call: Caller = async (invocation) => {
      const result = await retried(() => invoke(world, front, invocation))
      while (names.length < front.calls.length) names.push(invocation.name)
      return result
    }
    await night(world, { date: DATE, run: 'one', tables: [table], force: table === FORCED }, call)
    const calls = front.calls.map(({ number, service, what }, at) => ({
      ...{ number, service, what },
      by: names[at] ?? 'report',
    }))
    return { state: await stateOf(world, ownOf(world, table)), calls }
  } finally {
    await world.close()
  }
}

/** Tries one thing that goes wrong; gives what is not as it should be then, in sentences. */
export async function attempt(
  stage: Stage,
  { table, mishap, call }: Trial,
  calm: Calm,
): Promise<string[]> {
  const world = await stage.world((graph) => definitionOf(graph, table))
  const problems: string[] = []
  const ends = async (what: string, work: Promise<unknown>, errors?: RegExp) => {
    const [outcome] = await Promise.allSettled([work])
    if (outcome.status === 'fulfilled') return
    const { name, message } = outcome.reason as Error
    if (!errors?.test(name)) problems.push(`${what} fails: ${name}: ${message}`)
  }
  try {
    await mishaps[mishap]({ world, table, at: call.number, ends })
    const state = await stateOf(world, ownOf(world, table))
    const isAnew = /anew|redriven|another|next run/.test(mishap)
    return [...problems, ...differences(state, calm.state, isAnew)]
  } finally {
    await world.close()
  }
}

function ownOf(world: World, id: string) {
  const own = definitionOf(world.graph, id)
  if (!own) throw new Error(`${id} is not in the warehouse`)
  return own
}
