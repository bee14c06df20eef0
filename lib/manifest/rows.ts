import { randomBytes } from 'node:crypto'
import { Failure, messageOf } from '../error.ts'
import type { Definition, Made } from '../table/definition.ts'
import type { Block, Cells, FileFormat, Reading, Slice, Snapshot } from '../table/origin.ts'
import type { Bucket } from './bucket.ts'
import { type CsvEncoder, csvEncoder } from './csv.ts'
import type { ExtractOptions, Found } from './extract.ts'
import type { Files } from './manifest.ts'
import { type Packing, usualPacking, writeParts } from './writer.ts'

/** Lines of CSV are handed on in blocks of about this many characters. */
const BLOCK = 256 * 1024

export type Extracted = Extract<Made, { by: 'extract' }>

/** Writes a source's records as parts of compressed CSV. */
export async function writeRows(
  options: ExtractOptions,
  made: Extracted,
  reading: Reading,
): Promise<Found | undefined> {
  const { loaded } = options
  // Before the reading: what changes meanwhile is then seen the next night.
  const fingerprint = await made.from.days?.fingerprint?.(reading)
  if (fingerprint !== undefined && fingerprint === loaded) return undefined
  const target = { ...options, marker: newMarker(), note: reading.note }
  return { ...(await writeAll(target, made, reading)), fingerprint }
}

async function writeAll(target: Target, made: Extracted, reading: Reading): Promise<Files> {
  const { from } = made
  if (!from.snapshot) return writeRecords(target, made, from.read(reading))
  const snapshot = await from.snapshot(reading)
  try {
    return await writeSnapshot(target, made, snapshot, {})
  } finally {
    snapshot.close()
  }
}

/** A bare word that stands for NULL: by chance alone would a value equal it, and then it is refused. */
export const newMarker = (): string => `NULL_${randomBytes(4).toString('hex')}`

interface Target {
  readonly table: Definition
  readonly bucket: Bucket
  readonly prefix: string
  readonly marker: string
  readonly note: (what: string) => void
  readonly packing?: Packing
  readonly progress?: ExtractOptions['progress']
}

/** Writes records as parts, and gives what is in them. */
async function writeRecords(
  target: Target,
  made: Extracted,
  records: AsyncIterable<readonly unknown[]>,
): Promise<Files> {
  return writeBlocks(target, linesOf(target, made, records))
}

/** Writes a part of what a snapshot holds, as lines where it gives such. */
export async function writeSnapshot(
  target: Target,
  made: Extracted,
  snapshot: Snapshot,
  slice: Slice,
): Promise<Files> {
  const { table, marker, note } = target
  if (!snapshot.blocks) return writeRecords(target, made, snapshot.read(slice, table.columns))
  const csv = { marker, ...csvEncoder(table, marker, note) }
  return writeBlocks(target, snapshot.blocks(slice, table.columns, csv))
}

/** Writes lines as parts, and gives what is in them. */
async function writeBlocks(target: Target, blocks: AsyncIterable<Block>): Promise<Files> {
  const { table, bucket, prefix, marker, packing = usualPacking } = target
  const format: FileFormat = { kind: 'csv', codec: packing.codec, marker }
  const parts = await writeParts(bucket, prefix, counted(blocks, target.progress), packing)
  const sum = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((total, part) => total + of(part), 0)
  return {
    columns: table.columns.map(({ name }) => name),
    format,
    rows: sum(({ rows }) => rows),
    bytes: sum(({ bytes }) => bytes),
    parts,
  }
}

/** Tells how far it got, now and then. */
async function* counted(
  blocks: AsyncIterable<Block>,
  progress: Target['progress'],
): AsyncGenerator<Block> {
  let [rows, bytes] = [0, 0]
  for await (const block of blocks) {
    yield block
    rows += block.rows
    bytes += block.bytes.length
    progress?.(rows, bytes)
  }
}

async function* linesOf(
  { table, marker, note }: Target,
  made: Extracted,
  records: AsyncIterable<readonly unknown[]>,
): AsyncGenerator<Block> {
  const csv = csvEncoder(table, marker, note)
  let [text, rows] = ['', 0]
  const block = (): Block => {
    const made = { bytes: Buffer.from(text), rows }
    ;[text, rows] = ['', 0]
    return made
  }
  for await (const batch of records) {
    for (const record of batch) {
      try {
        for (const line of linesOfRecord(record, made, csv)) {
          text += line
          rows++
          if (text.length < BLOCK) continue
          yield block()
        }
      } catch (error) {
        throw located(error, made, record, table.id)
      }
    }
  }
  yield block()
}

function* linesOfRecord(record: unknown, { rows }: Extracted, csv: CsvEncoder): Generator<string> {
  if (!rows) yield csv.cells(record as Cells)
  else for (const row of rows(record)) yield csv.row(row as Record<string, unknown>)
}

/** An error of one record, with the place it came from. */
function located(error: unknown, { from }: Extracted, record: unknown, table: string): unknown {
  const where = from.where?.(record)
  if (error instanceof Failure) {
    if (error.name !== 'BadValue' || !where) return error
    return new Failure('BadValue', `${error.message}; at ${where}`, { cause: error })
  }
  const place = where ? ` at ${where}` : ''
  const sentence = `${table}: the function that makes its rows failed${place}: ${messageOf(error)}`
  return new Failure('BadValue', sentence, { cause: error })
}
