import { type Definition, partitionOf } from '../table/definition.ts'
import { pathOf } from '../table/document.ts'
import { fingerprintOf } from '../table/fingerprint.ts'
import type { Listing, Reading } from '../table/origin.ts'
import type { ExtractOptions, Found } from './extract.ts'
import { pathsKey } from './manifest.ts'

/** Lists a day's files for COPY to read where they lie. */
export async function listFiles(
  { table, bucket, prefix, loaded }: ExtractOptions,
  { format, list, check }: Listing,
  reading: Reading,
): Promise<Found | undefined> {
  const files = (await list(reading)).toSorted((a, b) => (a.url < b.url ? -1 : 1))
  const fingerprint = fingerprintOf(files)
  if (fingerprint === loaded) return undefined
  const columns = fileColumns(table)
  await check?.(files, columns, reading)
  if (format.kind === 'json') await bucket.put(pathsKey(prefix), jsonPaths(columns))
  return {
    columns: columns.map(({ name }) => name),
    format,
    rows: files.length === 0 ? 0 : undefined,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    parts: [],
    files,
    fingerprint,
  }
}

/** The columns that a file holds: all but that of its day. */
const fileColumns = (table: Definition) =>
  table.columns.filter(({ name }) => name !== partitionOf(table))

/** A JSONPath for each column, in their order, as COPY takes them. */
function jsonPaths(columns: ReturnType<typeof fileColumns>): { jsonpaths: string[] } {
  const step = (field: string) => `['${field.replaceAll(/['\\]/g, '\\$&')}']`
  return { jsonpaths: columns.map((column) => `$${pathOf(column).map(step).join('')}`) }
}
