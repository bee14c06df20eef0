import type { Definition } from '../table/definition.ts'
import type { Reading } from '../table/origin.ts'
import type { Bucket } from './bucket.ts'
import { listFiles } from './listing.ts'
import { copyManifest, type Extract, extractKey, manifestKey, pathsKey } from './manifest.ts'
import { writeRows } from './rows.ts'

export interface ExtractOptions {
  readonly table: Definition
  /** The day to read. */
  readonly date: string
  readonly bucket: Bucket
  /** Where the files go; no other attempt may have it. */
  readonly prefix: string
  readonly signal: AbortSignal
  /** The fingerprint of the day as it was loaded: while it is the same, there is nothing to do. */
  readonly loaded?: string
  /** Called now and then with the rows so far, and the characters of CSV they make. */
  readonly progress?: (rows: number, characters: number) => void
}

/** An extract, but for what is the same of all. */
export type Found = Omit<Extract, 'table' | 'date' | 'notes'>

/**
 * Reads a day's records from a table's source and writes them to S3: parts, then what they hold, and
 * last the manifest, whose existence says that the extract is whole. If it fails, it leaves nothing.
 * Gives undefined for a day that is as it was when it was loaded.
 */
export async function extract(options: ExtractOptions): Promise<Extract | undefined> {
  const { table, date, bucket, prefix, signal } = options
  const { made } = table
  if (made.by === 'transform') throw new Error(`${table.id} is not extracted from anywhere`)
  const notes: Record<string, number> = {}
  const note = (what: string) => {
    notes[what] = (notes[what] ?? 0) + 1
  }
  const reading: Reading = { table: table.id, columns: table.columns, date, signal, note }
  const found =
    made.by === 'copy'
      ? await listFiles(options, made.from, reading)
      : await writeRows(options, made, reading)
  if (!found) return undefined
  const extract: Extract = { table: table.id, date, ...found, notes }
  const own = found.parts.map(({ key, bytes }) => ({ url: `s3://${bucket.name}/${key}`, bytes }))
  try {
    await bucket.put(extractKey(prefix), extract)
    await bucket.put(manifestKey(prefix), copyManifest([...own, ...(found.files ?? [])]))
  } catch (error) {
    await deleteExtract(bucket, prefix, extract)
    throw error
  }
  return extract
}

/** Deletes an extract's files: the manifest first, which would speak of parts that are gone. */
export async function deleteExtract(
  bucket: Bucket,
  prefix: string,
  { parts }: Extract,
): Promise<void> {
  await bucket.delete([manifestKey(prefix)])
  await bucket.delete([...parts.map(({ key }) => key), pathsKey(prefix), extractKey(prefix)])
}
