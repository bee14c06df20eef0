import { DATE } from './dates.ts'
import type { Call, Fate, Front } from './front.ts'
import { type Caller, type Invocation, invoke, night, retried, undisturbed } from './night.ts'
import type { World } from './stage.ts'
import { FORCED } from './tables.ts'

/** A night of one table in a world, while something goes wrong at one call. */
export interface Play {
  readonly world: World
  readonly table: string
  /** The number of the call. */
  readonly at: number
  /** Waits for work to end, and complains unless it ends as it should: well, or with such an error. */
  ends(what: string, work: Promise<unknown>, errors?: RegExp): Promise<void>
}

/** What goes wrong, and what comes after it. Each ends when nothing is under way any more. */
export const mishaps = {
  'dies before it, is tried again': (play: Play) => onceMore(play, 'dies before'),
  'dies after it, is tried again': (play: Play) => onceMore(play, 'dies after'),
  'dies before it, all is run anew': (play: Play) => anew(play, 'dies before', 'two'),
  'dies after it, all is run anew': (play: Play) => anew(play, 'dies after', 'two'),
  'dies before it, the night is redriven': (play: Play) => anew(play, 'dies before', 'one'),
  'dies after it, the night is redriven': (play: Play) => anew(play, 'dies after', 'one'),
  'its answer is lost': (play: Play) => onceMore(play, 'loses the answer'),
  'it is throttled': (play: Play) => throttled(play, 1),
  // The client tries thrice, and then Step Functions does.
  'it is throttled for long': (play: Play) => throttled(play, 4),
  'another does the same just before it': twin,
  'it is stopped, and another execution runs just before it': overtaken,
  'another execution starts just before it': rival,
  'died in COPY, which ends just before it, in the next try': (play: Play) => longCopy(play, false),
  'died in COPY, which ends just before it, in the next run': (play: Play) => longCopy(play, true),
} as const

export type Mishap = keyof typeof mishaps

const run = ({ world, table }: Play, name: string, call: Caller): Promise<void> =>
  night(world, { date: DATE, run: name, tables: [table], force: table === FORCED }, call)

/** An execution to which nothing happens. */
const calm = async (play: Play, name: string): Promise<void> =>
  run(play, name, undisturbed(play.world, await play.world.open()))

/** Does something once, before the call that the play is about. */
const before =
  ({ at }: Play, act: () => Promise<Fate | undefined> | Fate | undefined) =>
  ({ number }: Call) =>
    number === at ? act() : undefined

/** Calls functions as Step Functions does; once one has died, the next stands behind another front. */
function again(world: World, first: Front, ...others: readonly Front[]): Caller {
  const left = [...others]
  let front = first
  return (invocation) =>
    retried(async () => {
      if (front.isDead()) {
        if (left.length === 0) await front.settled()
        front = left.shift() ?? (await world.open())
      }
      return invoke(world, front, invocation)
    })
}

/** The function is tried again by its state, or the call by its client. */
async function onceMore(play: Play, fate: Fate): Promise<void> {
  const front = await play.world.open()
  front.meet = before(play, () => fate)
  await play.ends('the night', run(play, 'one', again(play.world, front)))
}

/** The execution ends with the function; it goes round once more, or another has its input. */
async function anew(play: Play, fate: Fate, next: string): Promise<void> {
  const front = await play.world.open()
  front.meet = before(play, () => fate)
  const once: Caller = (invocation) => invoke(play.world, front, invocation)
  await play.ends('the night', run(play, 'one', once), /^Runtime.ExitError$/)
  await front.settled()
  await play.ends('the next', calm(play, next))
}

async function throttled(play: Play, times: number): Promise<void> {
  const front = await play.world.open()
  let left = times
  front.meet = ({ number }) => (number >= play.at && left-- > 0 ? 'is refused' : undefined)
  await play.ends('the night', run(play, 'one', again(play.world, front)))
}

/** The same event is handed to two functions at once. */
async function twin(play: Play): Promise<void> {
  const { world, ends } = play
  const [front, other] = [await world.open(), await world.open()]
  const call = again(world, front)
  let current: Invocation | undefined
  front.meet = before(play, async () => {
    if (current) await ends('the other', invoke(world, other, current))
    return undefined
  })
  const told: Caller = (invocation) => {
    current = invocation
    return call(invocation)
  }
  await ends('the night', run(play, 'one', told))
}

/** The execution is stopped, of which its function knows nothing, and another does all meanwhile. */
async function overtaken(play: Play): Promise<void> {
  const { world, ends } = play
  const front = await world.open()
  front.meet = before(play, async () => {
    world.running.delete('one')
    await ends('the other', calm(play, 'two'))
    return undefined
  })
  // Nobody hears what became of it.
  const errors = /^(RunHeld|WarehouseRefused|SourceRefused)$/
  await ends('the first', run(play, 'one', again(world, front)), errors)
  // What it wrote after the other had swept goes with the next, or by the bucket's own rule.
  await ends('the third', calm(play, 'two-again'))
}

/** Two executions of one date: whichever takes it first does it, and the other is refused. */
async function rival(play: Play): Promise<void> {
  const { world, ends } = play
  const front = await world.open()
  const refused = /^RunHeld$/
  let [isFirst, isOver] = [true, Promise.resolve()]
  const [end, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const second = undisturbed(world, await world.open())
  const waiting: Caller = async (invocation) => {
    if (invocation.name === 'report') {
      reached.resolve()
      await end.promise
    }
    return second(invocation)
  }
  front.meet = before(play, async () => {
    isFirst = (await world.bucket.list('locks/')).length > 0
    isOver = ends('the other', run(play, 'two', waiting), isFirst ? refused : undefined)
    await Promise.race([isOver, reached.promise])
    return undefined
  })
  const one = run(play, 'one', again(world, front)).finally(end.resolve)
  const [outcome] = await Promise.allSettled([one])
  await isOver
  const told = outcome.status === 'fulfilled' ? Promise.resolve() : Promise.reject(outcome.reason)
  if (isFirst) await ends('the first', told)
  else await ends('the first', told, refused)
}

/**
 * A function dies while COPY goes on. What comes after it gets as far as some call before COPY ends; or
 * as far as it can, where it waits for that.
 */
async function longCopy(play: Play, isAnew: boolean): Promise<void> {
  const { world, at, ends } = play
  const [front, second] = [await world.open(), await world.open()]
  const end = Promise.withResolvers<void>()
  front.meet = ({ body }) => {
    if (!/copy \\"/.test(body)) return undefined
    world.reader.meet = async () => void (await end.promise)
    return 'dies during'
  }
  let submits = false
  second.meet = async ({ number, what }) => {
    if (number === at) {
      end.resolve()
      await front.settled()
    }
    submits ||= /ListStatements usher \w+ (?!schemas)/.test(what)
    if (submits && /DescribeStatement|BatchExecuteStatement usher/.test(what)) end.resolve()
    return undefined
  }
  if (isAnew) {
    const once: Caller = (invocation) => invoke(world, front, invocation)
    await ends('the night', run(play, 'one', once), /^Runtime.ExitError$/)
    await ends('the next', run(play, 'two', undisturbed(world, second)))
  } else {
    await ends('the night', run(play, 'one', again(world, front, second)))
  }
  end.resolve()
  await front.settled()
  if (!front.isDead()) throw new Error(`${play.table} is loaded without COPY`)
}
