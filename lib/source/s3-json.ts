import { messageOf } from '../error.ts'
import { type Document, type Json, parseJson } from '../table/json.ts'
import { bad, type Lines, type Where } from './s3-text.ts'

/** A record and the line that it begins at. */
export type Numbered<Record> = readonly [record: Record, line: number]

/** A batch has no more records. */
export const BATCH = 1000

/** The objects of JSON lines; lines of nothing but blanks are none. Throws a BadValue. */
export async function* jsonRecords(
  lines: AsyncIterable<Lines>,
  where: Where,
): AsyncGenerator<Numbered<Document>[]> {
  for await (const { text, first } of lines) {
    let batch: Numbered<Document>[] = []
    for (const [at, line] of text.split('\n').entries()) {
      if (!/\S/.test(line)) continue
      batch.push([objectIn(line, first + at, where), first + at])
      if (batch.length === BATCH) {
        yield batch
        batch = []
      }
    }
    yield batch
  }
}

function objectIn(line: string, number: number, where: Where): Document {
  let value: Json
  try {
    value = parseJson(line)
  } catch (error) {
    // The parser counts lines too: it has seen only this one.
    const problem = messageOf(error).replace(/ \(line \d+ column \d+\)/, '')
    throw bad(where, number, `is not JSON (${problem}): ${shorten(line)}`, error)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad(where, number, `is not a JSON object: ${shorten(line)}`)
  }
  return value as Document
}

const shorten = (line: string): string => (line.length > 60 ? `${line.slice(0, 60)}…` : line).trim()
