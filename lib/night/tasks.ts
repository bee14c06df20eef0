import type { Graph } from '../graph/graph.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { deleteExtract, extract } from '../manifest/extract.ts'
import type { Extract } from '../manifest/manifest.ts'
import { readExtract } from '../manifest/read.ts'
import type { Packing } from '../manifest/writer.ts'
import type { Load } from '../redshift/audit.ts'
import type { Warehouse } from '../redshift/client.ts'
import { loadTable, transformTable } from '../redshift/load.ts'
import { type Definition, daysOf } from '../table/definition.ts'
import { daysBefore } from '../table/moment.ts'
import { checkHeld } from './lock.ts'
import { about, atMostEverySecond, log } from './log.ts'
import { measure } from './metrics.ts'
import { portionOf } from './portion.ts'
import { attemptPrefix, loadedFingerprint, writeDay, writeReceipt } from './receipt.ts'
import {
  newAttempt,
  secondsSince,
  spanSince,
  type TaskInput,
  type TaskResult,
  tableOf,
  timeLimit,
  unlessComplete,
} from './task.ts'

/** What an extract works with. */
export interface ExtractTools {
  readonly graph: Graph
  readonly bucket: Bucket
  readonly packing?: Packing
  /** The time that the function has. */
  readonly milliseconds: number
}

/**
 * Reads a table from its source into the bucket: the run date, and such earlier days as have changed
 * since they were loaded.
 */
export function extractTask(
  { graph, bucket, packing, milliseconds }: ExtractTools,
  input: TaskInput,
): Promise<TaskResult> {
  return unlessComplete(graph, bucket, input, async () => {
    const table = tableOf(graph, input.table)
    const start = performance.now()
    const { date, run, force, accept } = input
    const attempt = newAttempt(run)
    about({ attempt })
    const time = timeLimit(table.id, milliseconds, { help: helpOf(table) })
    const done: Extract[] = []
    try {
      const portion = await portionOf(bucket, table, input)
      for (const day of datesOf(table, date)) {
        const found = await extract({
          table,
          date: day,
          bucket,
          prefix: attemptPrefix(table, day, attempt),
          signal: time.signal,
          packing,
          portion,
          // The run date is read whatever is known of it: that makes the night complete.
          loaded: day === date ? undefined : await loadedFingerprint(bucket, table, day),
          progress: atMostEverySecond((rows: number, uncompressed: number) =>
            log('extracting', { day, rows, uncompressed }),
          ),
        })
        if (!found) continue
        done.push(found)
        const { rows, bytes, notes, warnings } = found
        log('extracted', { day, rows, bytes, notes, warnings })
      }
    } catch (error) {
      for (const found of done) await deleteExtract(bucket, prefixOf(table, found, attempt), found)
      throw error
    } finally {
      time.clear()
    }
    const days = done.map(({ date }) => date)
    const rows = done.every(({ rows }) => rows !== undefined)
      ? done.reduce((sum, { rows = 0 }) => sum + rows, 0)
      : undefined
    const bytes = done.reduce((sum, { bytes }) => sum + bytes, 0)
    const facts = { attempt, days, rows, bytes, seconds: secondsSince(start) }
    measure({ Bytes: bytes, ExtractSeconds: facts.seconds }, table.id)
    return { table: table.id, date, run, force, accept, outcome: 'extracted', ...facts }
  })
}

/** What helps a table whose changes take too long: a time that is over every night gets no shorter. */
const helpOf = ({ made }: Definition): string | undefined =>
  made.by === 'extract' && made.incremental
    ? 'Declare chunks: { by: … } in its mirror, and it is read in ranges, several at once'
    : undefined

const prefixOf = (table: Definition, { date }: Extract, attempt: string) =>
  attemptPrefix(table, date, attempt)

/** The days that a night reads of a table, the run date last: its receipt says that all are done. */
function datesOf(table: Definition, date: string): string[] {
  const { count = 1 } = daysOf(table) ?? {}
  return Array.from({ length: count }, (_, at) => daysBefore(date, count - 1 - at))
}

/** Loads what was extracted into the warehouse, day by day; then the files have done their duty. */
export async function loadTask(
  tools: TaskTools & { readonly copyRole: string },
  extracted: TaskResult,
): Promise<TaskResult> {
  const { outcome, attempt, days = [], date, run, bytes } = extracted
  if (outcome !== 'extracted' || !attempt) return extracted
  const table = tableOf(tools.graph, extracted.table)
  const start = performance.now()
  const deadline = start + tools.milliseconds
  const found: Loaded[] = []
  for (const day of days) {
    found.push(await loadDay(tools, table, { ...extracted, attempt, day, deadline, began: start }))
  }
  const what = { table: table.id, date, run }
  const published = found.filter(({ newer }) => !newer)
  const { newer, rows: rowsThere } = found.at(-1) ?? {}
  if (newer && published.length === 0) {
    const later = newer.date > date ? newer.date : undefined
    return { ...what, outcome: 'complete', rows: rowsThere, later }
  }
  const rows = published.reduce((sum, { rows }) => sum + rows, 0)
  const facts = { rows, bytes, seconds: secondsSince(start), ...checksOf(table) }
  measure({ Rows: rows, LoadSeconds: facts.seconds }, table.id)
  return { ...what, outcome: 'loaded', ...facts }
}

/** What came of a load. */
interface Loaded {
  readonly rows: number
  /** The load that stands for it, whose rows these are. */
  readonly newer?: Load
}

/** Loads one day of an extract, and writes down what that makes complete. */
async function loadDay(
  { bucket, warehouse, copyRole }: TaskTools & { readonly copyRole: string },
  table: Definition,
  extracted: TaskResult & {
    readonly attempt: string
    readonly day: string
    readonly deadline: number
    /** When the first of its days began to be loaded, as performance.now() counts it. */
    readonly began: number
  },
): Promise<Loaded> {
  const { date: night, day: date, attempt, deadline, run, force, seconds, read } = extracted
  const start = performance.now()
  const prefix = attemptPrefix(table, date, attempt)
  const held = () => checkHeld(bucket, extracted)
  const { accept, accepted } = accepting(table, extracted)
  const work = { warehouse, bucket, table, date, run, force, accept, prefix, copyRole, deadline }
  const by: Load[] = []
  const told = { checkHeld: held, overtaken: (newer: Load) => by.push(newer) }
  await unsettle(bucket, table, { date, run, prefix })
  const rows = await loadTable({ ...work, ...told, night })
  const [newer] = by
  const loadSeconds = secondsSince(start)
  const files = await readExtract(bucket, prefix)
  if (files) {
    const { bytes, notes, warnings, fingerprint, increment, readAt } = files
    const facts = { date, run, rows, bytes, extractSeconds: seconds, loadSeconds, notes, warnings }
    await held()
    if (daysOf(table) && !newer) {
      const day = { date, run, rows, bytes, readAt, fingerprint, notes, warnings }
      await writeDay(bucket, table, { ...day, ...accepted() })
    }
    if (date === night) {
      const worked = spanSince(extracted.began)
      await writeReceipt(bucket, table, { ...facts, ...accepted(), worked, read, increment, newer })
    }
    await deleteExtract(bucket, prefix, files)
  }
  const done = { day: date, rows, seconds: loadSeconds, ...checksOf(table) }
  log(newer ? 'passed over' : 'loaded', { ...done, newer })
  return { rows, newer }
}

/**
 * Forgets what a day was like that is loaded, where it has changed and is loaded anew: whatever becomes of
 * that, the next night reads the day again unless this one says what it is like.
 */
async function unsettle(
  bucket: Bucket,
  table: Definition,
  { date, run, prefix }: { readonly date: string; readonly run: string; readonly prefix: string },
): Promise<void> {
  const read = daysOf(table) && (await readExtract(bucket, prefix))
  const known = read && (await loadedFingerprint(bucket, table, date))
  if (!read || known === undefined || known === read.fingerprint) return
  await writeDay(bucket, table, { date, run, readAt: read.readAt })
}

/** How many checks the rows have passed, or were spared. */
const checksOf = ({ checks }: Definition) => (checks.length > 0 ? { checks: checks.length } : {})

/**
 * What is done with rows that do not pass, or are few, where the night's input accepts those of the
 * table; and what was found, for the receipt.
 */
function accepting({ id }: Definition, { accept = [] }: Pick<TaskInput, 'accept'>) {
  const all = new Set<string>()
  const accepted = () => (all.size > 0 ? { accepted: [...all].join('. ') } : {})
  if (!accept.includes(id)) return { accepted }
  return {
    accepted,
    accept(found: string) {
      all.add(found)
      log('accepted', { found })
    },
  }
}

export interface TaskTools {
  readonly graph: Graph
  readonly bucket: Bucket
  readonly warehouse: Warehouse
  /** The time that the function has. */
  readonly milliseconds: number
}

/** Makes a table inside the warehouse. */
export function transformTask(
  { graph, bucket, warehouse, milliseconds }: TaskTools,
  input: TaskInput,
): Promise<TaskResult> {
  return unlessComplete(graph, bucket, input, async () => {
    const table = tableOf(graph, input.table)
    const start = performance.now()
    const { date, run, force } = input
    const deadline = start + milliseconds
    const { accept, accepted } = accepting(table, input)
    const held = () => checkHeld(bucket, input)
    const by: Load[] = []
    const told = { checkHeld: held, overtaken: (newer: Load) => by.push(newer) }
    const work = { warehouse, table, date, run, force, accept, deadline }
    const rows = await transformTable({ ...work, ...told })
    const [newer] = by
    const seconds = secondsSince(start)
    await held()
    await writeReceipt(bucket, table, {
      ...{ date, run, rows, newer },
      ...{ loadSeconds: seconds, worked: spanSince(start) },
      ...accepted(),
    })
    const facts = { rows, seconds, ...checksOf(table) }
    log(newer ? 'passed over' : 'transformed', { ...facts, newer })
    const what = { table: table.id, date, run }
    if (newer) return { ...what, outcome: 'complete', rows, later: newer.date }
    measure({ Rows: rows, LoadSeconds: seconds }, table.id)
    return { ...what, outcome: 'loaded', ...facts }
  })
}
