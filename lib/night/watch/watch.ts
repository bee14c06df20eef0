import { definitionOf, type Graph } from '../../graph/graph.ts'
import { select } from '../../graph/select.ts'
import type { Bucket } from '../../manifest/bucket.ts'
import type { AnyDefinition } from '../../table/definition.ts'
import { daysBefore } from '../../table/moment.ts'
import { type FindExecution, runs } from '../executions.ts'
import { holdersOf, nameOf } from '../lock.ts'
import { about, log } from '../log.ts'
import { DAY, measure } from '../metrics.ts'
import { dayBefore, type NightInput, timeOf } from '../night.ts'
import { type FailureNote, failureKey, findReceipt, lastReceipt } from '../receipt.ts'
import { amountOf, isOrAre } from '../report.ts'
import { type Going, lateLetterOf } from './letter.ts'
import type { Tell } from './topic.ts'

export interface WatchInput {
  /** The instant of the deadline, as the schedule has it. */
  readonly scheduledTime: string
  /** True where nights start on the day before their deadline. */
  readonly overMidnight: boolean
}

export interface WatchTools {
  readonly graph: Graph
  readonly bucket: Bucket
  readonly stage: string
  readonly timeZone: string
  /** Run dates after which a table that was not complete since is stale. */
  readonly staleAfter: number
  readonly runbooks?: string | undefined
  readonly find: FindExecution
  readonly tell: Tell
}

/** What the watch has found. */
export interface Watched {
  readonly date: string
  readonly lacking: readonly string[]
  readonly stale: readonly string[]
  /** Whether there was anything that nobody had told. */
  readonly told: boolean
}

/** A table or task that is not complete for the run date. */
interface Lacking {
  readonly own: AnyDefinition
  /** The run date that it was complete for last; none where it never was. */
  readonly last?: string | undefined
  /** How many run dates its rows are older. */
  readonly age: number
}

/**
 * Looks at the deadline which tables are not complete for the run date of the last night, and tells
 * people, unless they know: of what an execution left undone that failed, a letter or a rule has told
 * when it did. What has become stale is told once more, on the day that it has.
 */
export async function watch(tools: WatchTools, input: WatchInput): Promise<Watched> {
  const { graph, bucket, stage, timeZone, staleAfter, runbooks } = tools
  const { scheduledTime, overMidnight } = input
  const date = daysBefore(dayBefore(scheduledTime, timeZone), overMidnight ? 1 : 0)
  about({ date })
  const all = [...graph.keys()].flatMap((id) => definitionOf(graph, id) ?? [])
  const lacking = (await Promise.all(all.map((own) => lackingOf(bucket, own, date)))).flat()
  const stale = lacking.filter(({ age }) => age >= staleAfter)
  measure({ TablesLacking: lacking.length, TablesStale: stale.length })
  const courses = await coursesOf(tools, date)
  const doneBy = ({ own }: Lacking, courses: readonly Course[]) =>
    courses.some(({ asked }) => asked.has(own.id))
  const ended = courses.filter(({ goesOn }) => !goesOn)
  const going = courses.filter(({ goesOn }) => goesOn)
  const rest = lacking.filter((one) => !doneBy(one, going))
  const known = rest.filter((one) => doneBy(one, ended))
  const abandoned = rest.filter((one) => !doneBy(one, ended))
  const isNews = known.length < lacking.length || known.some(({ age }) => age === staleAfter)
  const idsOf = (these: readonly Lacking[]) => these.map(({ own }) => own.id)
  const watched = { date, lacking: idsOf(lacking), stale: idsOf(stale), told: isNews }
  log('watched', watched)
  if (!isNews) return watched
  const amount = (these: readonly Lacking[]) =>
    amountOf(
      these.map(({ own }) => own),
      all,
    )
  await tools.tell(
    lateLetterOf({
      ...{ stage, date, runbooks, by: timeOf(scheduledTime, timeZone) },
      amount: { lacking: amount(lacking), stale: amount(stale) },
      verb: isOrAre(lacking),
      started: courses.length > 0,
      going: await Promise.all(going.map((course) => goingOf(bucket, course, lacking))),
      ...{ abandoned: idsOf(abandoned), told: idsOf(known) },
      stale: stale.map(({ own, last = '' }) => ({ table: own.id, last })),
    }),
  )
  return watched
}

/** Nothing of a table that is complete. */
async function lackingOf(bucket: Bucket, own: AnyDefinition, date: string): Promise<Lacking[]> {
  if (await findReceipt(bucket, own, { date, force: false })) return []
  const last = (await lastReceipt(bucket, own))?.date
  const age = last === undefined ? 0 : (Date.parse(date) - Date.parse(last)) / DAY
  return [{ own, last, age }]
}

/** An execution that has had the run date, and either goes on or has told that it failed. */
interface Course {
  /** Its ARN. */
  readonly execution: string
  readonly goesOn: boolean
  /** The tables and tasks that it was asked for. */
  readonly asked: ReadonlySet<string>
}

async function coursesOf(
  { graph, bucket, find }: WatchTools,
  date: string,
): Promise<readonly Course[]> {
  const holders = new Set(await holdersOf(bucket, date))
  const courses = [...holders].map(async (execution): Promise<Course[]> => {
    const found = execution === undefined ? undefined : await find(execution)
    if (execution === undefined || !found) return []
    const goesOn = runs(found)
    const { tables = [] } = JSON.parse(found.input) as NightInput
    // One that succeeded told nobody of anything.
    const asked = goesOn || found.status !== 'SUCCEEDED' ? select(graph, tables) : new Set<string>()
    return [{ execution, goesOn, asked }]
  })
  return (await Promise.all(courses)).flat()
}

/** What an execution is about that goes on, of what is not complete. */
async function goingOf(
  bucket: Bucket,
  { execution, asked }: Course,
  lacking: readonly Lacking[],
): Promise<Going> {
  const its = lacking.filter(({ own }) => asked.has(own.id)).map(({ own }) => own)
  const run = nameOf(execution)
  const found = await Promise.all(its.map((own) => bucket.get<FailureNote>(failureKey(own, run))))
  const notes = found.flatMap((note) => note ?? [])
  const skipped = notes.filter(({ error }) => error === 'DependencyIncomplete')
  const failed = notes.filter(({ error }) => error !== 'DependencyIncomplete')
  const lost = new Set(notes.map(({ table }) => table))
  const tables = its.map(({ id }) => id).filter((id) => !lost.has(id))
  return { execution, tables, failed, skipped }
}
