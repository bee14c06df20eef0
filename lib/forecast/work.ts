import type { Node } from '../graph/graph.ts'
import { type Definition, sourceOf } from '../table/definition.ts'
import type { Source } from '../table/origin.ts'
import { extractMegabytes } from '../table/resources.ts'
import {
  COLUMN_BYTES,
  COMPRESSION,
  COPY_BYTES,
  CPU_MEGABYTES,
  EXTRACT_START,
  LOAD_START,
  MYSQL_BYTES,
  NETWORK_BYTES,
  RECORDS,
  TRANSFORM_ROWS,
} from './rates.ts'

/** How much there is of a table on one night. */
export interface Volume {
  /** Rows that are read and loaded. */
  readonly rows: number
  /** Bytes of each, as CSV. */
  readonly rowBytes: number
}

/** The work of a table or task, in seconds that it takes if nothing else goes on. */
export interface Work {
  readonly extract?: Reading
  /** In the warehouse, where it hardly works. */
  readonly start: number
  /** In the warehouse, which does nothing else as fast meanwhile. */
  readonly heavy: number
  /** Bytes on S3. */
  readonly bytes: number
}

/** How a table is read of its source. */
export interface Reading {
  readonly source: Source
  readonly inChunks: boolean
  /** Its chunks, or one. */
  readonly pieces: number
  /** Seconds for each of them. */
  readonly seconds: number
  /** How many of them are read at once. */
  readonly atOnce: number
}

/** The bytes of a row of a table of which no night is known. */
export const usualRowBytes = ({ columns }: Definition): number => COLUMN_BYTES * columns.length

/** What there is to do for a table or task in a warehouse of so many RPU; `rowsOf` has what it is made from. */
export function workOf(
  { table, task, needs }: Node,
  { rows, rowBytes }: Volume,
  rowsOf: (id: string) => number,
  capacity: number,
): Work {
  if (task) return { start: LOAD_START, heavy: 0, bytes: 0 }
  if (table.made.by === 'transform') {
    const read = needs.reduce((sum, need) => sum + rowsOf(need), 0)
    return { start: LOAD_START, heavy: (read + rows) / (TRANSFORM_ROWS * capacity), bytes: 0 }
  }
  const csv = rows * rowBytes
  if (table.made.by === 'spark') {
    const read = needs.reduce((sum, need) => sum + rowsOf(need), 0)
    return {
      start: LOAD_START,
      heavy: read / (TRANSFORM_ROWS * capacity) + csv / (COPY_BYTES * capacity),
      bytes: csv / COMPRESSION,
    }
  }
  return {
    extract: readingOf(table, rows, csv),
    start: LOAD_START,
    heavy: csv / (COPY_BYTES * capacity),
    bytes: csv / COMPRESSION,
  }
}

function readingOf(table: Definition, rows: number, csv: number): Reading {
  const source = sourceOf(table)
  if (!source) throw new Error(`${table.id} is not extracted`)
  const { made } = table
  // COPY reads them where they lie.
  if (made.by === 'copy') {
    return { source, inChunks: false, pieces: 1, seconds: EXTRACT_START, atOnce: 1 }
  }
  const { chunks } = made.by === 'extract' ? made : {}
  const pieces = chunks ? Math.max(1, Math.ceil(rows / chunks.rows)) : 1
  const share = Math.min(1, extractMegabytes(table) / CPU_MEGABYTES)
  const onCpu = source.kind === 'mysql' ? csv / MYSQL_BYTES : rows / RECORDS
  const onNetwork = source.kind === 'generator' ? csv / COMPRESSION : csv + csv / COMPRESSION
  const seconds = Math.max(onCpu / share, onNetwork / NETWORK_BYTES) / pieces
  return {
    ...{ source, inChunks: chunks !== undefined, pieces, seconds: EXTRACT_START + seconds },
    atOnce: chunks?.connections ?? 1,
  }
}

/** The seconds of a table's work, if it has all that it asks for. */
export function secondsOf({ extract, start, heavy }: Work): number {
  return (extract ? extractSeconds(extract) : 0) + start + heavy
}

export const extractSeconds = ({ pieces, seconds, atOnce }: Reading): number =>
  Math.ceil(pieces / atOnce) * seconds

/** The same work, so many times as long. */
export const longer = ({ extract, start, heavy, bytes }: Work, times: number): Work => ({
  ...(extract && { extract: { ...extract, seconds: times * extract.seconds } }),
  ...{ start: times * start, heavy: times * heavy, bytes },
})
