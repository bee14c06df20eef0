import type { Bucket } from '../manifest/bucket.ts'
import type { Increment } from '../manifest/manifest.ts'
import type { Definition } from '../table/definition.ts'

/** Says that a table is complete for a run date: written once its transaction has committed. */
export interface Receipt {
  readonly table: string
  readonly date: string
  /** The execution that made it complete. */
  readonly run: string
  readonly rows: number
  /** Bytes on S3; none for a transform. */
  readonly bytes?: number
  /** How long the extract took, and the load or transform. */
  readonly extractSeconds?: number
  readonly loadSeconds: number
  /** What the day was like at its source when it was read. */
  readonly fingerprint?: string
  /** Where the next night goes on, of a table of which it reads only the changes. */
  readonly increment?: Increment
  /** What was done to values on the way, and how often. */
  readonly notes?: Readonly<Record<string, number>>
}

/** Why a table is not complete, as Step Functions tells it. */
export interface FailureNote {
  readonly table: string
  readonly error: string
  readonly reason: string
}

const pathOf = ({ schema, name }: Definition) => `${schema}.${name}`

const receiptsOf = (table: Definition): string => `receipts/${pathOf(table)}/date=`

export const receiptKey = (table: Definition, date: string): string =>
  `${receiptsOf(table)}${date}.json`

export const failureKey = (table: Definition, run: string): string =>
  `runs/${run}/${pathOf(table)}.failed.json`

/** Where one attempt at an extract writes. */
export const attemptPrefix = (table: Definition, date: string, attempt: string): string =>
  `staging/${pathOf(table)}/date=${date}/${attempt}`

export const readReceipt = (bucket: Bucket, table: Definition, date: string) =>
  bucket.get<Receipt>(receiptKey(table, date))

/**
 * What says that a table is complete for a night. A table that is replaced whole is complete also
 * where it is for a later date, whose rows an earlier night must not put away, unless it is forced.
 */
export async function findReceipt(
  bucket: Bucket,
  table: Definition,
  { date, force }: { readonly date: string; readonly force: boolean },
): Promise<Receipt | undefined> {
  const own = await readReceipt(bucket, table, date)
  if (own || force || table.publish !== 'replace') return own
  const [later] = await bucket.list(receiptsOf(table), receiptKey(table, date))
  return later === undefined ? undefined : bucket.get<Receipt>(later)
}

/** The receipt of the latest run date for which a table is complete. */
export async function lastReceipt(bucket: Bucket, table: Definition): Promise<Receipt | undefined> {
  const last = (await bucket.list(receiptsOf(table))).at(-1)
  return last === undefined ? undefined : bucket.get<Receipt>(last)
}

export const writeReceipt = (bucket: Bucket, table: Definition, receipt: Omit<Receipt, 'table'>) =>
  bucket.put(receiptKey(table, receipt.date), { table: table.id, ...receipt } satisfies Receipt)
