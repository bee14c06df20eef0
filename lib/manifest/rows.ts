import { randomBytes } from 'node:crypto'
import { Failure, messageOf } from '../error.ts'
import type { Definition, Made, NamedColumn } from '../table/definition.ts'
import { pathOf } from '../table/document.ts'
import type { Block, Cells, FileFormat, Reading, Slice, Snapshot } from '../table/origin.ts'
import type { Bucket } from './bucket.ts'
import { type CsvEncoder, csvEncoder, csvLines } from './csv.ts'
import type { ExtractOptions, Found } from './extract.ts'
import type { Files } from './manifest.ts'
import { isFull, type Page, pages } from './page.ts'
import { type Packing, usualPacking, writeParts } from './writer.ts'

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
  const { note, warn } = reading
  const target = { ...options, marker: newMarker(), note, warn }
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

/** How rows are written. */
interface Encoding {
  readonly table: Definition
  readonly marker: string
  readonly note: (what: string) => void
  readonly warn?: (sentence: string) => void
}

interface Target extends Encoding {
  readonly bucket: Bucket
  readonly prefix: string
  readonly packing?: Packing
  readonly progress?: ExtractOptions['progress']
}

/** Writes records as parts, and gives what is in them. */
async function writeRecords(
  target: Target,
  made: Extracted,
  records: AsyncIterable<readonly unknown[]>,
): Promise<Files> {
  return writeBlocks(target, blocksOf(target, made, records))
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
  const csv = csvLines(table, marker, note)
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

/** The rows of records as blocks of CSV. */
export async function* blocksOf(
  { table, marker, note, warn = () => {} }: Encoding,
  made: Extracted,
  records: AsyncIterable<readonly unknown[]>,
): AsyncGenerator<Block> {
  const csv = csvEncoder(table, marker, note)
  const fill = filler(csv, made, table.id)
  const { next, block } = pages()
  let page = next()
  const handOn = (): Block => {
    const full = block(page)
    page = next()
    return full
  }
  for await (const batch of records) {
    if (!made.rows) {
      for (let at = 0; at < batch.length; ) {
        at = fill(page, batch, at)
        if (isFull(page)) yield handOn()
      }
      continue
    }
    for (const record of batch) {
      try {
        for (const row of made.rows(record)) {
          csv.row(row, page)
          if (isFull(page)) yield handOn()
        }
      } catch (error) {
        throw located(error, made, record, table.id)
      }
    }
  }
  yield block(page)
  if (!made.documents) return
  for (const column of csv.empty(ENOUGH)) {
    if (!column.column.facts.pinned) warn(nowhere(table.id, column))
  }
}

/** In fewer documents, a field that is seldom set may well be in none. */
const ENOUGH = 100

function nowhere(table: string, column: NamedColumn): string {
  const path = pathOf(column).join('.')
  const what = `${table}.${column.name}: no document has a value at ${path}`
  const fix = `Has the field another name now? Then say \`.from()\``
  return `${what}, so all are NULL. ${fix}; or, if that is meant, add \`.pinned()\`.`
}

/** Where the next record is, once the page is full or the batch at its end. */
type Fill = (page: Page, batch: readonly unknown[], at: number) => number

/** Writes the one row of each record. A plain function, which V8 runs faster than one that yields. */
function filler(csv: CsvEncoder, made: Extracted, table: string): Fill {
  const { row } = made
  const write: (record: unknown, page: Page) => void = row
    ? (record, page) => csv.row(row(record), page)
    : (record, page) => csv.cells(record as Cells, page)
  return (page, batch, at) => {
    let i = at
    try {
      while (i < batch.length && !isFull(page)) {
        write(batch[i], page)
        i++
      }
    } catch (error) {
      throw located(error, made, batch[i], table)
    }
    return i
  }
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
