import type { Graph } from '../../lib/graph/graph.ts'
import type { TaskResult } from '../../lib/night/task.ts'
import { compile } from '../machine/compile.ts'
import { run } from '../machine/run.ts'
import type { Front } from './front.ts'
import { type Caller, chunksOf, type Invocation, invoke } from './night.ts'
import { DATE } from './dates.ts'
import { ownOf, type Stage, type World } from './stage.ts'
import { differences, type State, stateOf } from './state.ts'

/** Of all calls of a night, one in so many is the end of the function that makes it. */
const STEPS = [397, 197, 97]
/** So often at most: there is an end to every storm. */
const DEATHS = 25

export interface WholeNight {
  readonly what: string
  readonly problems: readonly string[]
  readonly milliseconds: number
}

/**
 * Runs whole nights through the state machine, in which functions die again and again, until one is
 * complete; and compares them with one in which none did.
 */
export async function wholeNights(stage: Stage): Promise<WholeNight[]> {
  const calm = await nightOf(stage, Number.POSITIVE_INFINITY)
  const nights: WholeNight[] = []
  for (const step of STEPS) {
    const start = performance.now()
    const found = await nightOf(stage, step)
    const problems = [...found.states].flatMap(([id, state]) => {
      const expected = calm.states.get(id)
      return expected ? differences(state, expected, true).map((text) => `${id}: ${text}`) : []
    })
    const { executions, deaths } = found
    const what = `a whole night, ${deaths} deaths, ${executions} executions`
    const milliseconds = performance.now() - start
    nights.push({ what, problems: [...problems, ...found.problems], milliseconds })
  }
  return nights
}

async function nightOf(stage: Stage, step: number) {
  const world = await stage.world(() => undefined)
  const { graph } = world
  const { night: machine } = compile(graph, () => 1)
  let [calls, deaths, executions] = [0, 0, 0]
  const problems: string[] = []
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
  try {
    for (;;) {
      const name = `night-${++executions}`
      world.running.add(name)
      const options = { input: { date: DATE }, name }
      const failure = await run(machine, options, (state, event) => work(world, call, state, event))
      world.running.delete(name)
      if (failure === undefined) break
      if (executions < 20) continue
      problems.push(`it does not end: ${failure}`)
      break
    }
    const ids = [...graph.keys()]
    const states = new Map<string, State>()
    for (const id of ids) states.set(id, await stateOf(world, ownOf(graph, id)))
    return { states, deaths, executions, problems }
  } finally {
    await world.close()
  }
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
