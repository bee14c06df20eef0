import type { NamedColumn } from './definition.ts'

/** An outside system. The functions that read it share its secret and its network. */
export interface Source {
  /** `production` */
  readonly name: string
  /** `mysql` */
  readonly kind: string
  /** The npm packages it is read with: they go into the bundles of this kind of source only. */
  readonly packages: readonly string[]
  /** The name of the Secrets Manager secret that says where it is and how to log in. */
  readonly secret?: string
  /** The S3 bucket it is, where it is one. */
  readonly bucket?: string
  /** The most tables, and chunks of tables, that are read of it at once; any number unless said. */
  readonly connections?: number
  /** It sees to that itself, wherever it is read; else a stage has no more functions for it at once. */
  readonly keepsTurns?: true
}

/** What a source is told about the extract it serves. */
export interface Reading {
  /** The table that is made, for error messages. */
  readonly table: string
  /** The columns that are wanted, in order. */
  readonly columns: readonly NamedColumn[]
  /** The day to read: the run date, or an earlier one that is read again. */
  readonly date: string
  /** Aborted when the extract fails elsewhere or its time is up: close the connection. */
  readonly signal: AbortSignal
  /** Counts something that was done to a value, such as `starts_at: zero dates loaded as NULL`. */
  note(what: string): void
  /**
   * Says once, in a sentence, what the night goes on with and a person should see to. Where a value of
   * the column does not fit, it is told with that.
   */
  warn(sentence: string, column?: NamedColumn): void
}

/** Where a table's records come from; `lib/source` makes one for each outside system. */
export interface Origin<Record> {
  readonly source: Source
  /** The records in batches, so that nothing is awaited for each. Ends only when all were read. */
  read(reading: Reading): AsyncIterable<readonly Record[]>
  /** Opens what is read as it is at one instant, where parts of it can be read. */
  snapshot?(reading: Reading): Promise<Snapshot>
  /** Where a record came from, for error messages: `line 17 of s3://logs/clicks.json`. */
  where?(record: Record): string
  /** It may give a record twice. Its tables need a primary key: one row of each is published. */
  readonly repeats?: true
  /** Its past days may still change. */
  readonly days?: Days
}

/** Days that are read again, each by itself, until they are settled. */
export interface Days {
  /** How many days a night looks at, the run date and those before it. */
  readonly count: number
  /**
   * What tells whether a day is still as it was when it was loaded; it is then left alone. Without
   * it, the days are read every night.
   */
  fingerprint?(reading: Reading): Promise<string>
}

/** Files that COPY reads where they lie. */
export interface Listing {
  readonly source: Source
  readonly format: FileFormat
  readonly days: Days
  /** The day's files. Throws where there is no telling. */
  list(reading: Reading): Promise<readonly ListedFile[]>
  /** Looks whether files hold these columns, in this order, as far as they say so themselves. */
  check?(
    files: readonly ListedFile[],
    columns: readonly NamedColumn[],
    reading: Reading,
  ): Promise<void>
}

export interface ListedFile {
  /** `s3://logs/clicks/2026/11/23/00.json.gz` */
  readonly url: string
  readonly bytes: number
  /** Changes whenever the file does. */
  readonly etag: string
}

/** What files are compressed with. */
export type Codec = 'zstd' | 'gzip'

/** How a file holds rows. */
export interface FileFormat {
  /** Values with commas between, or one JSON object a line. */
  readonly kind: 'csv' | 'json'
  readonly codec?: Codec
  /** CSV: what stands between values, if not a comma. */
  readonly delimiter?: string
  /** CSV: the lines at the top of each file that are no rows. */
  readonly header?: number
  /** CSV: the bare word that stands for NULL; an empty field unless said. */
  readonly marker?: string
}

/** A record of a mirror: a cell for each column, in order. */
export type Cells = readonly (string | Uint8Array | null)[]

/** Some lines of CSV, as UTF-8. */
export interface Block {
  readonly bytes: Uint8Array
  readonly rows: number
  /** To be called once the bytes have been taken: they may then be overwritten. */
  release?(): void
}

/** How a mirror's cells are written as CSV. */
export interface CsvLines {
  /** The bare word that stands for NULL. */
  readonly marker: string
  /** The text of one cell. Throws an Error that says nothing of where it is. */
  cell(column: number, cell: Cells[number]): string
  /** The line of a row. Throws a BadValue that names the table, the column, the value and the row. */
  cells(cells: Cells): string
}

/** A part of a table: rows since a value of the cursor, in a range of the key, or both. */
export interface Slice {
  /** Rows whose cursor is this or higher, and those that have none. */
  readonly since?: { readonly column: NamedColumn; readonly value: string }
  /** Rows from one key on, up to another that is no longer among them; open where one is absent. */
  readonly range?: { readonly column: NamedColumn; readonly from?: string; readonly to?: string }
}

/** A table as it was at one instant: whatever is asked of it is answered for that. */
export interface Snapshot {
  /** The highest value of a column; of times, that is not in the future. Undefined where there is none. */
  highest(column: NamedColumn): Promise<string | undefined>
  /**
   * Values of a whole-number key that cut the table into ranges of about so many rows, in order; none
   * where the rows of the slice are about as many, or fewer.
   */
  cuts(by: NamedColumn, rows: number, slice?: Slice): Promise<string[]>
  /** Some columns of the rows of a slice, in batches. Ends only when all were read. */
  read(slice: Slice, columns: readonly NamedColumn[]): AsyncIterable<readonly Cells[]>
  /** The same as lines of CSV, where it can write them faster than its records can be. */
  blocks?(slice: Slice, columns: readonly NamedColumn[], csv: CsvLines): AsyncIterable<Block>
  close(): void
}
