import { Failure } from '../error.ts'
import type { Definition, NamedColumn } from '../table/definition.ts'
import type { Reading, Slice } from '../table/origin.ts'
import type { Bucket } from './bucket.ts'
import { listFiles } from './listing.ts'
import {
  type Extract,
  extractKey,
  type Increment,
  keysPrefix,
  manifestKey,
  manifestsOf,
  pathsKey,
} from './manifest.ts'
import { isInside } from './read.ts'
import { writeRows } from './rows.ts'
import { writeSlice } from './slice.ts'
import type { Packing } from './writer.ts'

export interface ExtractOptions {
  readonly table: Definition
  /** The day to read. */
  readonly date: string
  readonly bucket: Bucket
  /** Where the files go; no other attempt may have it. */
  readonly prefix: string
  readonly signal: AbortSignal
  /** How rows are packed into files, where that is not as usual. */
  readonly packing?: Packing
  /** The fingerprint of the day as it was loaded: while it is the same, there is nothing to do. */
  readonly loaded?: string
  /** What to read of the table, where that is not simply all of it. */
  readonly portion?: Portion
  /** Called now and then with the rows so far, and the bytes of CSV they make. */
  readonly progress?: (rows: number, bytes: number) => void
}

/** What is read of a table, all of it from one snapshot. */
export interface Portion {
  readonly slice: Slice
  /** Reads every primary key of the slice's range too. */
  readonly keys: boolean
  /** What is known of the increment; the bound is read with the rows. */
  readonly increment?: Omit<Increment, 'bound'>
  /** What stands for NULL, where files of several readings are loaded as one. */
  readonly marker?: string
}

/** An extract, but for what is the same of all. */
export type Found = Omit<Extract, 'table' | 'date' | 'readAt' | 'readUntil' | 'notes' | 'warnings'>

/**
 * Reads a day's records from a table's source and writes them to S3: parts, then what they hold, and
 * last the manifest, whose existence says that the extract is whole. If it fails, it leaves nothing.
 * Gives undefined for a day that is as it was when it was loaded.
 */
export async function extract(options: ExtractOptions): Promise<Extract | undefined> {
  const { bucket, prefix } = options
  const extract = await writeFiles(options)
  if (!extract) return undefined
  try {
    await conclude(bucket, prefix, extract)
  } catch (error) {
    await deleteExtract(bucket, prefix, extract)
    throw error
  }
  return extract
}

/** The first half of an extract: writes the parts, and gives what is to be said of them. */
export async function writeFiles(options: ExtractOptions): Promise<Extract | undefined> {
  const { table, date, signal, portion } = options
  const { made } = table
  if (made.by === 'transform' || made.by === 'spark') {
    throw new Error(`${table.id} is not extracted from anywhere`)
  }
  const readAt = new Date().toISOString()
  const notes: Record<string, number> = {}
  const note = (what: string) => {
    notes[what] = (notes[what] ?? 0) + 1
  }
  const warned = new Map<string, NamedColumn | undefined>()
  const warn = (sentence: string, column?: NamedColumn) => void warned.set(sentence, column)
  const reading: Reading = { table: table.id, columns: table.columns, date, signal, note, warn }
  try {
    const found =
      made.by === 'copy'
        ? await listFiles(options, made.from, reading)
        : portion
          ? await writeSlice(options, portion, made, reading)
          : await writeRows(options, made, reading)
    const warnings = warned.size > 0 ? [...warned.keys()] : undefined
    const readUntil = new Date().toISOString()
    return found && { table: table.id, date, readAt, readUntil, ...found, notes, warnings }
  } catch (error) {
    throw withWarnings(error, table, warned)
  }
}

/** A value that does not fit, with what was known of its column before it was read. */
function withWarnings(
  error: unknown,
  { id }: Definition,
  warned: ReadonlyMap<string, NamedColumn | undefined>,
): unknown {
  if (!(error instanceof Failure) || error.name !== 'BadValue') return error
  const known = [...warned].flatMap(([sentence, column]) =>
    column && error.message.startsWith(`${id}.${column.name}: `) ? [sentence] : [],
  )
  if (known.length === 0) return error
  return new Failure('BadValue', `${error.message}. ${known.join(' ')}`, { cause: error })
}

/** The second half: writes what the parts hold and, last, the manifests. */
export async function conclude(bucket: Bucket, prefix: string, extract: Extract): Promise<void> {
  await bucket.put(extractKey(prefix), extract)
  for (const { key, manifest } of manifestsOf(bucket.name, prefix, extract)) {
    await bucket.put(key, manifest)
  }
}

/**
 * Deletes an extract's files: the manifests first, which would speak of parts that are gone. What is not
 * below the prefix is never deleted: it throws.
 */
export async function deleteExtract(
  bucket: Bucket,
  prefix: string,
  { parts, keys, others = [] }: Extract,
): Promise<void> {
  const written = [...parts, ...(keys?.parts ?? [])].map(({ key }) => key)
  const stray = [...written, ...others].find((key) => !isInside(key, prefix))
  if (stray !== undefined) throw new Error(`${stray} is no file of the extract at ${prefix}`)
  await bucket.delete([manifestKey(prefix), ...(keys ? [manifestKey(keysPrefix(prefix))] : [])])
  await bucket.delete([...written, ...others, pathsKey(prefix), extractKey(prefix)])
}
