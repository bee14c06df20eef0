import type { Bucket } from '../manifest/bucket.ts'
import type { Increment } from '../manifest/manifest.ts'
import {
  type AnyDefinition,
  type Definition,
  isOfItsDate,
  isTask,
  sourceOf,
  type TaskDefinition,
} from '../table/definition.ts'
import type { Source } from '../table/origin.ts'

/** Says that a table or task is complete for a run date: written once that is sure to last. */
export interface Receipt {
  readonly table: string
  readonly date: string
  /** The execution that made it complete. */
  readonly run: string
  /** None for a task. */
  readonly rows?: number
  /** Bytes on S3; none for a transform. */
  readonly bytes?: number
  /** How long the extract took, and the load, transform or task. */
  readonly extractSeconds?: number
  readonly loadSeconds: number
  /** When the load, transform or task was under way, of all days that it read. */
  readonly worked?: { readonly from: string; readonly to: string }
  /** How many chunks were read, and how long that took all together. */
  readonly read?: { readonly chunks: number; readonly seconds: number }
  /** What the day was like at its source when it was read: of a receipt of before there was `Day`. */
  readonly fingerprint?: string
  /** The load that stands for this one, since its rows are newer: those are meant then. */
  readonly newer?: { readonly run: string; readonly date: string }
  /** Where the next night goes on, of a table of which it reads only the changes. */
  readonly increment?: Increment
  /** What was done to values on the way, and how often. */
  readonly notes?: Readonly<Record<string, number>>
  /** What a person should see to: each a sentence. */
  readonly warnings?: readonly string[]
  /** What was found wrong, and is published since a person has accepted it. */
  readonly accepted?: string
}

/** What is loaded of a day that is read on several nights: it says nothing of what is complete. */
export interface Day
  extends Pick<
    Receipt,
    'table' | 'date' | 'run' | 'rows' | 'bytes' | 'notes' | 'warnings' | 'accepted'
  > {
  /** When it was read, as ISO 8601 has it. */
  readonly readAt?: string
  /** What it was like at its source then; none while another is loaded. */
  readonly fingerprint?: string
}

/** Why a table or task is not complete, as Step Functions tells it. */
export interface FailureNote {
  readonly table: string
  readonly error: string
  readonly reason: string
}

/** A table's path has a dot in front of any slash, a task's has none: no two meet. */
const pathOf = (own: AnyDefinition) =>
  isTask(own) ? `tasks/${own.name}` : `${own.schema}.${own.name}`

const receiptsOf = (own: AnyDefinition): string => `receipts/${pathOf(own)}/date=`

export const receiptKey = (own: AnyDefinition, date: string): string =>
  `${receiptsOf(own)}${date}.json`

const dayKey = (table: Definition, date: string): string =>
  `receipts/days/${pathOf(table)}/date=${date}.json`

export const failureKey = (own: AnyDefinition, run: string): string =>
  `runs/${run}/${pathOf(own)}.failed.json`

/** Where a chunk of a table writes why it failed: all that the table is told is that one did. */
export const chunkFailureKey = (table: AnyDefinition, run: string): string =>
  `runs/${run}/${pathOf(table)}.chunk.json`

/** Says that a run has forgotten that the tables it was forced to do were complete. */
export const forcedKey = (run: string): string => `runs/${run}/forced.json`

/** Where an UNLOAD that goes on writes which attempt it is of. */
export const unloadKey = (table: Definition, run: string): string =>
  `runs/${run}/${pathOf(table)}.unload.json`

/** Where a task that goes on writes which of its statements it has begun. */
export const begunKey = (task: TaskDefinition, run: string): string =>
  `runs/${run}/${pathOf(task)}.begun.json`

/** Where all attempts at extracts are. */
export const STAGING = 'staging/'

/** What the functions that read a source may write, and no others. */
export const stagingOf = (source: Source): string => `${STAGING}${source.name}`

/** Where the attempts at extracts of a table are. Throws an Error of a table that is not extracted. */
export function attemptsOf(table: Definition): string {
  const source = sourceOf(table)
  if (!source) throw new Error(`${table.id} is not extracted`)
  return `${stagingOf(source)}/${pathOf(table)}/date=`
}

/** Where one attempt at an extract writes. Throws as `attemptsOf` does. */
export const attemptPrefix = (table: Definition, date: string, attempt: string): string =>
  `${attemptsOf(table)}${date}/${attempt}`

export const readReceipt = (bucket: Bucket, own: AnyDefinition, date: string) =>
  bucket.get<Receipt>(receiptKey(own, date))

/** What a day was like at its source when it was read for what is loaded. */
export async function loadedFingerprint(
  bucket: Bucket,
  table: Definition,
  date: string,
): Promise<string | undefined> {
  const day = await readDay(bucket, table, date)
  return (day ?? (await readReceipt(bucket, table, date)))?.fingerprint
}

export const readDay = (bucket: Bucket, table: Definition, date: string) =>
  bucket.get<Day>(dayKey(table, date))

/** Says what is loaded of a day, unless a later reading has said so. */
export async function writeDay(
  bucket: Bucket,
  table: Definition,
  day: Omit<Day, 'table'>,
): Promise<void> {
  const { readAt = '' } = (await readDay(bucket, table, day.date)) ?? {}
  if (readAt > (day.readAt ?? '')) return
  await bucket.put(dayKey(table, day.date), { table: table.id, ...day } satisfies Day)
}

/**
 * What says that a table or task is complete for a night. A table that is all of one date is complete
 * also where it is for a later one, whose rows an earlier night must not put away, unless it is forced.
 */
export async function findReceipt(
  bucket: Bucket,
  own: AnyDefinition,
  { date, force }: { readonly date: string; readonly force: boolean },
): Promise<Receipt | undefined> {
  const found = await readReceipt(bucket, own, date)
  if (found || force || isTask(own) || !isOfItsDate(own)) return found
  const [later] = await bucket.list(receiptsOf(own), receiptKey(own, date))
  return later === undefined ? undefined : bucket.get<Receipt>(later)
}

/** The receipt of the latest run date for which a table or task is complete. */
export async function lastReceipt(
  bucket: Bucket,
  own: AnyDefinition,
): Promise<Receipt | undefined> {
  const last = (await bucket.list(receiptsOf(own))).at(-1)
  return last === undefined ? undefined : bucket.get<Receipt>(last)
}

/** Writes a receipt; where newer rows than its own are published, one that is there stays. */
export async function writeReceipt(
  bucket: Bucket,
  own: AnyDefinition,
  receipt: Omit<Receipt, 'table'>,
): Promise<void> {
  const key = receiptKey(own, receipt.date)
  if (receipt.newer && (await bucket.get<Receipt>(key))) return
  await bucket.put(key, { table: own.id, ...receipt } satisfies Receipt)
}
