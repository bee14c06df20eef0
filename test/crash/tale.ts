import { definitionOf } from '../../lib/graph/graph.ts'
import { readReceipt } from '../../lib/night/receipt.ts'
import { type AnyDefinition, isTask } from '../../lib/table/definition.ts'
import { disagreements } from './agreement.ts'
import { type CalmCall, counted } from './calls.ts'
import type { Fate } from './front.ts'
import { litter } from './litter.ts'
import { type Caller, invoke, type NightOptions, night, retried, undisturbed } from './night.ts'
import { ownOf, type Stage, type World } from './stage.ts'
import { type State, stateOf } from './state.ts'
import type { Act, Nightly, Story, Way } from './stories.ts'

/** A story in which nothing goes wrong. */
export interface CalmStory {
  /** The calls of the night that is to be disturbed. */
  readonly calls: readonly CalmCall[]
  /** What it is to end as: where that night is lost, and where it was done before it died. */
  readonly lost: State
  readonly done: State
}

/** A table in a world, with a name for each execution. */
interface Scene {
  readonly stage: Stage
  readonly world: World
  readonly own: AnyDefinition
  nextRun(): string
}

/** Plays a story as it should be. */
export async function calmStory(stage: Stage, story: Story, table: string): Promise<CalmStory> {
  const calls = await play(stage, table, async (scene) => {
    for (const act of story.first) await perform(scene, act)
    const { call, calls } = await counted(scene.world)
    await mayEnd(story.night.ends, night(scene.world, optionsOf(scene, story.night), call))
    return calls()
  })
  const endOf = (acts: readonly Act[]) =>
    play(stage, table, async (scene) => {
      for (const act of acts) await perform(scene, act)
      return stateOf(scene.world, scene.own)
    })
  const lost = await endOf(story.calm)
  return { calls, lost, done: story.done ? await endOf(story.done) : lost }
}

/** Plays a story that is disturbed at one call; gives what is not as it should be then, in sentences. */
export async function tell(
  stage: Stage,
  story: Story,
  { table, way, at, calm }: { table: string; way: Way; at: number; calm: CalmStory },
): Promise<string[]> {
  return play(stage, table, async (scene) => {
    const { world, own } = scene
    const problems: string[] = []
    const ends = async (what: string, work: Promise<void>, errors?: RegExp) => {
      await mayEnd(errors, work).catch(({ name, message }: Error) => {
        problems.push(`${what} fails: ${name}: ${message}`)
      })
    }
    for (const act of story.first) await perform(scene, act)
    const disturbed = optionsOf(scene, story.night)
    let [isReached, isDone] = [false, false]
    const meanwhile = async () => {
      isDone = (await readReceipt(world.bucket, own, disturbed.date)) !== undefined
      for (const act of story.meanwhile) await ends('what comes between', perform(scene, act))
    }
    const front = await world.open()
    front.meet = async ({ number }) => {
      if (number !== at) return undefined
      isReached = true
      if (way !== 'waits before') return way satisfies Fate
      await meanwhile()
      return undefined
    }
    const once: Caller = (invocation) => invoke(world, front, invocation)
    const call: Caller = way === 'waits before' ? (own) => retried(() => once(own)) : once
    const errors = way === 'waits before' ? story.night.ends : /^Runtime.ExitError$/
    await ends('the night', night(world, disturbed, call), errors)
    await front.settled()
    if (!isReached) throw new Error(`${table} makes no call ${at}`)
    if (way !== 'waits before') await meanwhile()
    const again = story.again ?? { ...story.night, ends: undefined }
    // Who is redriven has the same input.
    const isRedriven = way === 'dies after' && again.accept === story.night.accept
    const run = isRedriven ? disturbed.run : undefined
    await ends('the next', perform(scene, again, run))
    for (const act of story.after ?? []) await ends('what comes after', perform(scene, act))
    const expected = isDone ? calm.done : calm.lost
    const found = await stateOf(world, own)
    return [...problems, ...disagreements(found, expected, own, disturbed.date)]
  })
}

async function play<T>(stage: Stage, table: string, act: (scene: Scene) => Promise<T>): Promise<T> {
  const world = await stage.world((graph) => definitionOf(graph, table))
  let runs = 0
  try {
    const own = ownOf(world.graph, table)
    return await act({ stage, world, own, nextRun: () => `run-${++runs}` })
  } finally {
    await world.close()
  }
}

/** Does what a story says. Throws what fails it, unless it may end so. */
async function perform(scene: Scene, act: Act, run?: string): Promise<void> {
  const { stage, world, own } = scene
  if ('show' in act) return stage.show(act.show)
  if ('litter' in act) {
    if (isTask(own)) throw new Error(`${own.id} stages nothing`)
    return litter(world.bucket, own)
  }
  const options = { ...optionsOf(scene, act), ...(run && { run }) }
  await mayEnd(act.ends, night(world, options, undisturbed(world, await world.open())))
}

const optionsOf = ({ own, nextRun }: Scene, { night, accept }: Nightly): NightOptions => ({
  ...{ date: night, run: nextRun(), tables: [own.id] },
  ...(accept && { accept }),
})

/** Waits for work to end: well, or with such an error. */
async function mayEnd(errors: RegExp | undefined, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!errors?.test((error as Error).name)) throw error
  }
}
