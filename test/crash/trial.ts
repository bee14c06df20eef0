import { definitionOf } from '../../lib/graph/graph.ts'
import { type CalmCall, counted } from './calls.ts'
import { DATE } from './dates.ts'
import { type Mishap, mishaps } from './mishaps.ts'
import { night } from './night.ts'
import { ownOf, type Stage } from './stage.ts'
import { differences, type State, stateOf } from './state.ts'
import { FORCED } from './tables.ts'

/** A table's night in which nothing goes wrong. */
export interface Calm {
  readonly state: State
  readonly calls: readonly CalmCall[]
}

/** Runs a table's night as it should be. */
export async function calmNight(stage: Stage, table: string): Promise<Calm> {
  const world = await stage.world((graph) => definitionOf(graph, table))
  try {
    const { call, calls } = await counted(world)
    await night(world, { date: DATE, run: 'one', tables: [table], force: table === FORCED }, call)
    return { state: await stateOf(world, ownOf(world.graph, table)), calls: calls() }
  } finally {
    await world.close()
  }
}

/** Tries one thing that goes wrong; gives what is not as it should be then, in sentences. */
export async function attempt(
  stage: Stage,
  { table, mishap, at, calm }: { table: string; mishap: Mishap; at: number; calm: Calm },
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
    await mishaps[mishap]({ world, table, at, ends })
    const state = await stateOf(world, ownOf(world.graph, table))
    const isAnew = /anew|redriven|another|next run/.test(mishap)
    return [...problems, ...differences(state, calm.state, isAnew)]
  } finally {
    await world.close()
  }
}
