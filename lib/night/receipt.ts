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
  /** What the day was like at its source when it was read. */
  readonly fingerprint?: string
  /** Where the next night goes on, of a table of which it reads only the changes. */
  readonly increment?: Increment
  /** What was done to values on the way, and how often. */
  readonly notes?: Readonly<Record<string, number>>
  /** What a person should see to: each a sentence. */
  readonly warnings?: readonly string[]
  /** What was found wrong, and is published since a person has accepted it. */
  readonly accepted?: string
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

export const failureKey = (own: AnyDefinition, run: string): string =>
  `runs/${run}/${pathOf(own)}.failed.json`

/** Where a chunk of a table writes why it failed: all that the table is told is that one did. */
export const chunkFailureKey = (table: AnyDefinition, run: string): string =>
  `runs/${run}/${pathOf(table)}.chunk.json`

/** Says that a run has forgotten that the tables it was forced to do were complete. */
export const forcedKey = (run: string): string => `runs/${run}/forced.json`

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

export const writeReceipt = (bucket: Bucket, own: AnyDefinition, receipt: Omit<Receipt, 'table'>) =>
  bucket.put(receiptKey(own, receipt.date), { table: own.id, ...receipt } satisfies Receipt)
