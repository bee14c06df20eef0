import { randomBytes } from 'node:crypto'
import type { Definition } from '../table/definition.ts'
import type { Cells } from '../table/origin.ts'
import type { Bucket } from './bucket.ts'
import { type CsvEncoder, csvEncoder } from './csv.ts'
import { copyManifest, type Extract, extractKey, manifestKey } from './manifest.ts'
import { type Chunk, writeParts } from './writer.ts'

export interface ExtractOptions {
  readonly table: Definition
  /** The run date. */
  readonly date: string
  readonly bucket: Bucket
  /** Where the files go; no other attempt may have it. */
  readonly prefix: string
  readonly signal: AbortSignal
  /** Called now and then with the rows so far, and the characters of CSV they make. */
  readonly progress?: (rows: number, characters: number) => void
}

/** Lines of CSV are handed on in chunks of about this many characters. */
const CHUNK = 256 * 1024

/**
 * Reads a table's records from its source and writes them to S3: parts, then what they hold, and
 * last the manifest, whose existence says that the extract is whole. If it fails, it leaves nothing.
 */
export async function extract(options: ExtractOptions): Promise<Extract> {
  const { table, date, bucket, prefix } = options
  const marker = `NULL_${randomBytes(4).toString('hex')}`
  const notes: Record<string, number> = {}
  const note = (what: string) => {
    notes[what] = (notes[what] ?? 0) + 1
  }
  const parts = await writeParts(
    bucket,
    prefix,
    linesOf(options, csvEncoder(table, marker, note), note),
  )
  const sum = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((total, part) => total + of(part), 0)
  const extract: Extract = {
    table: table.id,
    date,
    columns: table.columns.map(({ name }) => name),
    codec: 'zstd',
    marker,
    rows: sum(({ rows }) => rows),
    bytes: sum(({ bytes }) => bytes),
    parts,
    notes,
  }
  try {
    await bucket.put(extractKey(prefix), extract)
    await bucket.put(manifestKey(prefix), copyManifest(bucket.name, parts))
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
  await bucket.delete([...parts.map(({ key }) => key), extractKey(prefix)])
}

async function* linesOf(
  { table, date, signal, progress }: ExtractOptions,
  csv: CsvEncoder,
  note: (what: string) => void,
): AsyncGenerator<Chunk> {
  if (table.made.by !== 'extract') throw new Error(`${table.id} is not extracted from anywhere`)
  const { from, rows: toRows } = table.made
  let [text, rows] = ['', 0]
  const total = { rows: 0, characters: 0 }
  const reading = { table: table.id, columns: table.columns, date, signal, note }
  for await (const batch of from.read(reading)) {
    for (const record of batch) {
      if (toRows) {
        for (const row of toRows(record)) {
          text += csv.row(row as Record<string, unknown>)
          rows++
        }
      } else {
        text += csv.cells(record as Cells)
        rows++
      }
    }
    if (text.length >= CHUNK) {
      yield { text, rows }
      total.rows += rows
      total.characters += text.length
      progress?.(total.rows, total.characters)
      text = ''
      rows = 0
    }
  }
  yield { text, rows }
}
