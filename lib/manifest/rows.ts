import { randomBytes } from 'node:crypto'
import { Failure, messageOf } from '../error.ts'
import type { Made } from '../table/definition.ts'
import type { Cells, FileFormat, Reading } from '../table/origin.ts'
import { type CsvEncoder, csvEncoder } from './csv.ts'
import type { ExtractOptions, Found } from './extract.ts'
import { type Chunk, writeParts } from './writer.ts'

/** Lines of CSV are handed on in chunks of about this many characters. */
const CHUNK = 256 * 1024

type Extracted = Extract<Made, { by: 'extract' }>

/** Writes a source's records as parts of compressed CSV. */
export async function writeRows(
  options: ExtractOptions,
  made: Extracted,
  reading: Reading,
): Promise<Found | undefined> {
  const { table, bucket, prefix, loaded } = options
  // Before the reading: what changes meanwhile is then seen the next night.
  const fingerprint = await made.from.days?.fingerprint?.(reading)
  if (fingerprint !== undefined && fingerprint === loaded) return undefined
  const marker = `NULL_${randomBytes(4).toString('hex')}`
  const format: FileFormat = { kind: 'csv', codec: 'zstd', marker }
  const csv = csvEncoder(table, marker, reading.note)
  const parts = await writeParts(bucket, prefix, linesOf(options, made, csv, reading))
  const sum = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((total, part) => total + of(part), 0)
  return {
    columns: table.columns.map(({ name }) => name),
    format,
    rows: sum(({ rows }) => rows),
    bytes: sum(({ bytes }) => bytes),
    parts,
    fingerprint,
  }
}

async function* linesOf(
  { progress }: ExtractOptions,
  made: Extracted,
  csv: CsvEncoder,
  reading: Reading,
): AsyncGenerator<Chunk> {
  let chunk = { text: '', rows: 0 }
  const total = { rows: 0, characters: 0 }
  for await (const batch of made.from.read(reading)) {
    for (const record of batch) {
      try {
        for (const line of linesOfRecord(record, made, csv)) {
          chunk.text += line
          chunk.rows++
          if (chunk.text.length < CHUNK) continue
          yield chunk
          total.rows += chunk.rows
          total.characters += chunk.text.length
          progress?.(total.rows, total.characters)
          chunk = { text: '', rows: 0 }
        }
      } catch (error) {
        throw located(error, made, record, reading.table)
      }
    }
  }
  yield chunk
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
