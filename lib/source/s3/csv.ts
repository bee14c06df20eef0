import { pipeline, Readable } from 'node:stream'
import type { Options } from 'csv-parse'
import { Failure, messageOf } from '../../error.ts'
import type { FileFormat } from '../../table/origin.ts'
import { BATCH, type Batch } from './json.ts'
import { bad, type Lines, type Where } from './text.ts'

/** A record of CSV that has no header: its fields in the order of the file. */
export type CsvFields = readonly (string | null)[]

/** A record of CSV. */
export type CsvRecord = { readonly [field: string]: string | null } | CsvFields

/** A batch has not many more bytes. */
const BATCH_BYTES = 1024 * 1024

/** The records of CSV, by RFC 4180; `check` looks at the names in its header. Throws a BadValue. */
export async function* csvBatches(
  lines: AsyncIterable<Lines>,
  { delimiter, header = 0, marker = '' }: FileFormat,
  where: Where,
  check: (names: readonly string[]) => void = () => {},
): AsyncGenerator<Batch<CsvRecord>> {
  const { parse } = await import('csv-parse')
  let line = header
  const options: Options = {
    delimiter,
    info: true,
    from_line: Math.max(header, 1),
    columns:
      header > 0 &&
      ((names: string[]) => {
        check(names)
        return unique(names, header, where)
      }),
    // An empty field in quotes is a text; a bare one may be NULL.
    cast: (value, { quoting, header }) => (!header && !quoting && value === marker ? null : value),
  }
  const parser = parse(options)
  // Whoever reads the parser sees the error; the callback only keeps it from going astray.
  pipeline(Readable.from(texts(lines)), parser, () => {})
  let [batch, start]: [Batch<CsvRecord>, number] = [{ records: [], lines: [] }, 0]
  try {
    for await (const { record, info } of parser) {
      batch.records.push(record)
      batch.lines.push(line + 1)
      line = info.lines
      if (batch.records.length === BATCH || info.bytes - start > BATCH_BYTES) {
        yield batch
        ;[batch, start] = [{ records: [], lines: [] }, info.bytes]
      }
    }
  } catch (error) {
    if (error instanceof Failure || !('lines' in (error as object))) throw error
    throw bad(where, line + 1, `is not CSV of this form (${messageOf(error)})`, error)
  }
  yield batch
}

async function* texts(lines: AsyncIterable<Lines>): AsyncGenerator<string> {
  for await (const { text } of lines) yield text
}

function unique(names: string[], line: number, where: Where): string[] {
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw bad(where, line, `names the column '${twice}' twice`)
  return names
}
