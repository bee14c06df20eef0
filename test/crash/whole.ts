import type { Graph } from '../../lib/graph/graph.ts'
import type { TaskResult } from '../../lib/night/task.ts'
import { compile } from '../machine/compile.ts'
import { run } from '../machine/run.ts'
import { DATE, EVE } from './dates.ts'
import type { Front } from './front.ts'
import { type Caller, chunksOf, type Invocation, invoke } from './night.ts'
import type { Plan } from './plan.ts'
import { ownOf, type Stage, type World } from './stage.ts'
import { differences, type State, stateOf } from './state.ts'
import { REFUSED } from './tidal.ts'

/** Of all calls of a night, one in so many is the end of the function that makes it. */
const STEPS = [397, 197, 97] as const
/** So often at most in a night: there is an end to every storm. */
const DEATHS = 25
/** So often a night is begun at most. */
const EXECUTIONS = 20

interface Nights {
  /** What they have made of each table and task. */
  readonly states: ReadonlyMap<string, State>
  readonly deaths: number
}

/** Whole nights, which differ in how often functions die. */
export function plansOfNights(stage: Stage): Plan[] {
  const kind = 'whole nights'
  let calm: Promise<Nights> | undefined
  return STEPS.map((step) => {
    const table = `a death in ${step} calls`
    const call = { number: step, service: 's3', what: 'and others', by: 'load' } as const
    const attempt = async () => {
      calm ??= nightsOf(stage, Number.POSITIVE_INFINITY)
      return wholeNights(stage, step, await calm)
    }
    return { kind, table, trials: async () => [{ kind, table, mishap: kind, call, attempt }] }
  })
}

/**
 * Runs two whole nights through the state machine, each after a day's changes at the source, in which
 * functions die again and again, until each night is complete. Gives what differs then from nights in
 * which none did, in sentences.
 */
async function wholeNights(stage: Stage, step: number, calm: Nights): Promise<string[]> {
  const found = await nightsOf(stage, step)
  const problems = [...calm.states].flatMap(([id, expected]) => {
    const state = found.states.get(id)
    const own = state ? differences(state, expected, true) : ['it is not there']
    return own.map((text) => `${id}: ${text}`)
  })
  const adds = calm.states.get('tide_changes')?.loads.at(-1)?.counts ?? '1 of 2'
  const [added, all] = adds.split(' of ').map(Number)
  if (added === all) problems.push(`nothing was added to tide_changes, but all was read: ${adds}`)
  return found.deaths > 0 ? problems : [...problems, 'nothing has died']
}

async function nightsOf(stage: Stage, step: number): Promise<Nights> {
  const world = await stage.world()
  try {
    let deaths = await untilComplete(world, EVE, step)
    await stage.show('the day after')
    deaths += await untilComplete(world, DATE, step)
    const states = new Map<string, State>()
    for (const id of world.graph.keys())
      states.set(id, await stateOf(world, ownOf(world.graph, id)))
    return { states, deaths }
  } finally {
    await world.close()
  }
}

/** Starts one execution after another; gives how many deaths there were. Throws where none is the last. */
async function untilComplete(world: World, date: string, step: number): Promise<number> {
  const { night: machine } = compile(world.graph, () => 1)
  let [calls, deaths, failure] = [0, 0, '']
  /** Each function has a front of its own, and dies alone. */
  const call: Caller = async (invocation) => {
    const front = await world.open()
    front.meet = () => {
      calls++
      if (calls % step !== 0 || deaths === DEATHS) return undefined
      deaths++
      return deaths % 2 === 0 ? 'dies before' : 'dies after'
    }
    return finish(front, invoke(world, front, invocation))
  }
  for (let execution = 1; execution <= EXECUTIONS; execution++) {
    const name = `night-${date}-${String(execution).padStart(2, '0')}`
    const options = { input: { date, accept: [REFUSED] }, name }
    world.running.add(name)
    const failed = await run(machine, options, (state, event) => work(world, call, state, event))
    world.running.delete(name)
    if (failed === undefined) return deaths
    failure = failed
  }
  throw new Error(`the night of ${date} does not end: ${failure}`)
}

async function finish<T>(front: Front, work: Promise<T>): Promise<T> {
  try {
    return await work
  } finally {
    await front.settled()
  }
}

/** What the function of a state does. The machine has one state for what chunks have three for. */
async function work(world: World, call: Caller, state: string, event: never): Promise<unknown> {
  const [verb = '', id = ''] = [state.split(' ')[0]?.toLowerCase(), state.split(' ').at(-1)]
  if (state === 'Tell of it') return null
  if (state === 'Night incomplete') return call({ name: 'end', event })
  if (state.endsWith(' failed')) return call({ name: 'note', event })
  if (verb !== 'extract' || !isChunked(world.graph, id)) {
    return call({ name: verb as Invocation['name'], event })
  }
  const planned = (await call({ name: 'plan', event })) as TaskResult
  for (const chunk of await chunksOf(world, planned)) await call({ name: 'chunk', event: chunk })
  return call({ name: 'seal', event: planned })
}

function isChunked(graph: Graph, id: string): boolean {
  const made = graph.get(id)?.table?.made
  return made?.by === 'extract' && made.chunks !== undefined
}
