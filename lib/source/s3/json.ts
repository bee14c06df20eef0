import { messageOf } from '../../error.ts'
import { type Document, type Json, parseJson } from '../../table/json.ts'
import { bad, type Lines, type Where } from './text.ts'

/** Some records, and the line that each begins at. */
export interface Batch<Record> {
  readonly records: Record[]
  readonly lines: number[]
}

/** A batch has no more records. */
export const BATCH = 1000

/** The objects of JSON lines; lines of nothing but blanks are none. Throws a BadValue. */
export async function* jsonBatches(
  lines: AsyncIterable<Lines>,
  where: Where,
): AsyncGenerator<Batch<Document>> {
  for await (const { text, first } of lines) {
    let batch: Batch<Document> = { records: [], lines: [] }
    let line = first
    for (let at = 0; at < text.length; line++) {
      const end = text.indexOf('\n', at)
      const one = text.slice(at, end < 0 ? undefined : end)
      at = end < 0 ? text.length : end + 1
      if (!/\S/.test(one)) continue
      batch.records.push(objectIn(one, line, where))
      batch.lines.push(line)
      if (batch.records.length === BATCH) {
        yield batch
        batch = { records: [], lines: [] }
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
