import { Failure } from '../../error.ts'
import type { NamedColumn } from '../../table/definition.ts'
import { fingerprintOf } from '../../table/fingerprint.ts'
import type { Document } from '../../table/json.ts'
import type { MirroredDocuments } from '../../table/mirror.ts'
import type { FileFormat, Listing, Origin, Reading, Source } from '../../table/origin.ts'
import { decompress } from './codec.ts'
import { type CsvFields, csvBatches } from './csv.ts'
import { type Files, openFiles } from './files.ts'
import { checkHeaders, checkNames } from './header.ts'
import { type Batch, jsonBatches } from './json.ts'
import { checkPath, type Place } from './path.ts'
import { linesOf } from './text.ts'

/** Which files of a bucket, and what they hold. */
export interface S3Files<Format extends FileFormat = FileFormat> extends Place {
  readonly format: Format
  /**
   * How many days a night looks at, the run date and those before it, for files that came late; 3
   * unless said. A day whose files are as they were is left alone.
   */
  readonly late?: number
}

/** Records by the names of their fields where the files name them, else by their order. */
type Records<Format> = Format extends { readonly kind: 'json' } | { readonly header: number }
  ? MirroredDocuments
  : Origin<CsvFields>

/** A bucket that other services write files to. */
export interface S3 extends Source {
  readonly bucket: string
  /** Its files as they lie, for `copy`: no byte of them passes through Usher. */
  files(files: S3Files): Listing
  /**
   * The records in its files, read one by one, for `table` and `mirror`: JSON lines, CSV with a
   * header, of which the last line names the fields, or CSV without.
   */
  records<const Format extends FileFormat>(files: S3Files<Format>): Records<Format>
}

/** Declares an S3 bucket that others write to. The function's own role reads it: there is no secret. */
export function s3(name: string, { bucket }: { readonly bucket: string }): S3 {
  // The packages that it is read with, those of S3 and csv-parse, are in every bundle.
  const source = { name, kind: 's3', packages: [], bucket }
  const list = (place: Place, reading: Reading) =>
    using(source, place, (files) => files.list(reading))
  return {
    ...source,
    files: (files) => ({
      source,
      format: files.format,
      days: { count: daysOf(name, files) },
      list: (reading) => list(files, reading),
      check: (listed, columns, reading) =>
        using(source, files, (open) =>
          checkHeaders(open, listed, { format: files.format, columns }, reading),
        ),
    }),
    records: <const Format extends FileFormat>(files: S3Files<Format>) => {
      const given = new Set<Given>()
      const origin: MirroredDocuments = {
        documents: true,
        source,
        days: {
          count: daysOf(name, files),
          fingerprint: async (reading) => fingerprintOf(await list(files, reading)),
        },
        read: (reading) => read(source, files, reading, given),
        only: (columns) => ({
          ...origin,
          read: (reading) => read(source, files, reading, given, columns),
        }),
        where: (record) => placeOf(record, given),
      }
      return origin as Origin<never> as Records<Format>
    },
  }
}

/** How many days a night looks at. Throws a BadDeclaration where there is no telling days apart. */
function daysOf(name: string, { path, late = 3 }: S3Files): number {
  checkPath(name, path)
  if (Number.isInteger(late) && late > 0) return late
  throw new Failure('BadDeclaration', `${name}: late is ${late} for '${path}': say 1 day or more`)
}

async function using<T>(source: Source, place: Place, work: (files: Files) => Promise<T>) {
  const files = await openFiles(source, place)
  try {
    return await work(files)
  } finally {
    files.close()
  }
}

/** The batch that a reading gave last. */
interface Given {
  batch?: Batch<object>
  url?: string
}

async function* read(
  source: Source,
  { format, ...place }: S3Files,
  reading: Reading,
  given: Set<Given>,
  columns: readonly NamedColumn[] = [],
): AsyncGenerator<readonly Document[]> {
  const files = await openFiles(source, place)
  const last: Given = {}
  given.add(last)
  const seen = new Set<string>()
  try {
    for (const file of await files.list(reading)) {
      const where = { table: reading.table, url: file.url }
      const lines = linesOf(decompress(files.read(file, reading), format.codec), where)
      const batches =
        format.kind === 'json'
          ? jsonBatches(lines, where)
          : csvBatches(lines, format, where, (names) => {
              const key = JSON.stringify(names)
              if (!seen.has(key)) checkNames(names, columns, where, reading)
              seen.add(key)
            })
      for await (const batch of batches) {
        last.batch = batch
        last.url = file.url
        yield batch.records as readonly Document[]
      }
    }
  } catch (error) {
    reading.signal.throwIfAborted()
    throw error
  } finally {
    given.delete(last)
    files.close()
  }
}

/** Where a record of the last batch stood; to note it of every record would cost as much as reading. */
function placeOf(record: object, given: ReadonlySet<Given>): string {
  for (const { batch, url } of given) {
    const at = batch?.records.indexOf(record) ?? -1
    if (batch && at >= 0) return `line ${batch.lines[at]} of ${url}`
  }
  return ''
}
