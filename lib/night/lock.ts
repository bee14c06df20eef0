import { Failure } from '../error.ts'
import type { Bucket } from '../manifest/bucket.ts'

/** Says that an execution has taken a run date. */
interface Hold {
  /** Its ARN. */
  readonly execution: string
}

/** The name of an execution. */
export const nameOf = (execution: string) => execution.split(':').at(-1) ?? ''

/** Whether an execution still runs, by its ARN. */
export type IsRunning = (execution: string) => Promise<boolean>

const holdsOf = (date: string) => `locks/date=${date}/`

/** The ARNs of the executions that have taken a run date, in that order. */
export async function holdersOf(bucket: Bucket, date: string): Promise<(string | undefined)[]> {
  const keys = await bucket.list(holdsOf(date))
  return Promise.all(keys.map(async (key) => (await bucket.get<Hold>(key))?.execution))
}

/**
 * Takes a run date for an execution, which then has it until it ends. Throws a RunHeld, which names
 * the other, where another has it.
 */
export async function takeDate(
  bucket: Bucket,
  date: string,
  execution: string,
  isRunning: IsRunning,
): Promise<void> {
  const holders = await holdersOf(bucket, date)
  for (const holder of new Set(holders)) {
    if (holder && holder !== execution && (await isRunning(holder))) {
      const problem = `the execution ${nameOf(holder)} is doing ${date}: wait until it ends, or stop it (${holder})`
      throw new Failure('RunHeld', problem)
    }
  }
  if (holders.at(-1) === execution) return
  // Holds are numbered and never written over: of two that saw the same past, one gets the next.
  const next = `${holdsOf(date)}${String(holders.length + 1).padStart(5, '0')}.json`
  if (await bucket.create(next, { execution } satisfies Hold)) return
  await takeDate(bucket, date, execution, isRunning)
}

/**
 * Throws a RunHeld where another execution has taken the run date since: what Step Functions stopped,
 * its functions go on with, and an execution that is redriven need not pass where dates are taken.
 */
export async function checkHeld(bucket: Bucket, { date, run }: Held): Promise<void> {
  const last = (await bucket.list(holdsOf(date))).at(-1)
  const hold = last === undefined ? undefined : await bucket.get<Hold>(last)
  if (!hold || nameOf(hold.execution) === run) return
  const problem = `the execution ${nameOf(hold.execution)} has taken ${date} since ${run} did`
  throw new Failure('RunHeld', problem)
}

/**
 * The names of the executions whose work on a run date is over: those that had it before this one, and
 * this one itself. None where another has taken it since.
 */
export async function runsUntil(bucket: Bucket, { date, run }: Held): Promise<ReadonlySet<string>> {
  const names = (await holdersOf(bucket, date)).map((holder) => nameOf(holder ?? ''))
  return new Set(names.at(-1) === run ? names : [])
}

interface Held {
  readonly date: string
  readonly run: string
}
