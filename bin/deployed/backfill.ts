import { setTimeout as sleep } from 'node:timers/promises'
import { type Display, wrap } from '../../local/display.ts'
import { begin } from './begin.ts'
import { doneOf } from './done.ts'
import type { Meaning } from './naming.ts'
import type { NightMachine } from './night-machine.ts'
import { unhurried } from './patience.ts'
import { isRunning, type Standing, standingOf } from './watch.ts'
import { causeOf, statusWord, took } from './words.ts'

export interface BackfillOptions {
  /** In the order in which they are done. */
  readonly dates: readonly string[]
  readonly wish: Omit<Meaning, 'date'>
  /** How many nights at once. */
  readonly most: number
  readonly display: Display
  /** What goes on with it, from a date. */
  readonly command: (from: string) => string
}

/** Milliseconds between two looks at a night; longer where there are more than so many of them. */
const PAUSE = 1000
const UNHURRIED = 5
/** So many that fail in the same way, and no other before them, end it. */
const ALIKE = 3

/** Has a night done for each date; gives the exit code. */
export async function runBackfill(
  machine: NightMachine,
  { dates, wish, most, display, command }: BackfillOptions,
): Promise<number> {
  const nights = dates.length === 1 ? '1 night' : `${dates.length} nights`
  const [first, last] = [dates[0], dates.at(-1)]
  display.line(`${nights} on ${machine.name}, ${first} to ${last}, ${most} at once.`)
  display.line()
  const complete = new Set<string>()
  // A forced one would do again what is before that.
  const goOn = () => command(dates.find((date) => !complete.has(date)) ?? dates[0] ?? '')
  const sayThatItGoesOn = () => {
    display.line()
    display.line('What is running goes on in AWS. This goes on with the rest:')
    display.line(`  ${goOn()}`)
  }
  const leave = () => {
    sayThatItGoesOn()
    process.exit(130)
  }
  process.once('SIGINT', leave)
  const isDone = await unhurried(() => doneOf(machine, dates))
  const running = new Map<string, Standing>()
  const failed = new Map<string, string>()
  let done = 0
  let were = 0
  let broken = false
  const ticking = setInterval(() => {
    const under = [...running].map(([date, standing]) => `${date} ${took(standing)}`)
    display.status(`  [${done + were + failed.size}/${dates.length}] ${under.join('; ')}`)
  }, 250)

  /** Waits for an execution to end; gives how it did, and nothing where AWS no longer answers. */
  async function ended(date: string, arn: string): Promise<Standing | undefined> {
    for (;;) {
      const standing = await unhurried(() => standingOf(machine.client, arn))
      if (!isRunning(standing)) {
        running.delete(date)
        return standing
      }
      running.set(date, standing)
      await sleep(PAUSE * Math.max(1, running.size / UNHURRIED))
      if (broken) return undefined
    }
  }

  async function one(date: string): Promise<void> {
    const meaning = { date, ...wish }
    if (await unhurried(() => isDone(meaning))) {
      were++
      complete.add(date)
      display.line(`  ${date}  was done`)
      return
    }
    let begun = await unhurried(() => begin(machine, meaning))
    while (begun.how === 'held') {
      display.line(`  ${date}  waits for ${begun.name}`)
      if (!(await ended(date, begun.arn))) return
      begun = await unhurried(() => begin(machine, meaning))
    }
    const { how, arn, name } = begun
    if (how === 'attached') display.line(`  ${date}  is running already`)
    const standing = await ended(date, arn)
    if (!standing) return
    const status = statusWord(standing.status)
    const facts = [date, status.padEnd(9), took(standing).padStart(8), name === date ? '' : name]
    display.line(`  ${facts.join('  ')}`.trimEnd())
    if (standing.status === 'SUCCEEDED') {
      done++
      complete.add(date)
      return
    }
    const cause = causeOf(standing)
    failed.set(date, cause)
    for (const line of cause.split('\n')) {
      for (const short of wrap(`      ${line}`, '        ')) display.line(short)
    }
  }

  let at = 0
  let hopeless = false
  const worker = async () => {
    for (let date = dates[at++]; date !== undefined; date = dates[at++]) {
      if (hopeless || broken) return
      await one(date)
      hopeless = done === 0 && failed.size >= ALIKE && alike(failed)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(most, dates.length) }, worker))
  } catch (error) {
    // AWS does not answer: what waits for it must not go on by itself.
    broken = true
    sayThatItGoesOn()
    throw error
  } finally {
    clearInterval(ticking)
    process.off('SIGINT', leave)
  }
  display.line()
  const left = dates.length - done - were - failed.size
  const counts = [
    ...(done > 0 ? [`${done} done`] : []),
    ...(were > 0 ? [`${were} done before`] : []),
    ...(failed.size > 0 ? [`${failed.size} failed`] : []),
    ...(left > 0 ? [`${left} not begun`] : []),
  ]
  display.line(`${nights}: ${counts.join(', ')}.`)
  if (failed.size === 0) return 0
  if (hopeless) display.line(`The first ${ALIKE} failed in the same way, so the others will too.`)
  display.line('Once that is mended, this does the rest:')
  display.line(`  ${goOn()}`)
  return 1
}

/** Whether all failed for one reason, but for the date in it. */
function alike(failed: ReadonlyMap<string, string>): boolean {
  const reasons = [...failed].map(([date, cause]) => cause.replaceAll(date, ''))
  return new Set(reasons).size === 1
}
