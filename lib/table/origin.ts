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
}

/** What a source is told about the extract it serves. */
export interface Reading {
  /** The table that is made, for error messages. */
  readonly table: string
  /** The columns that are wanted, in order. */
  readonly columns: readonly NamedColumn[]
  /** The run date. */
  readonly date: string
  /** Aborted when the extract fails elsewhere or its time is up: close the connection. */
  readonly signal: AbortSignal
  /** Counts something that was done to a value, such as `starts_at: zero dates loaded as NULL`. */
  note(what: string): void
}

/** Where a table's records come from; `lib/source` makes one for each outside system. */
export interface Origin<Record> {
  readonly source: Source
  /** The records in batches, so that nothing is awaited for each. Ends only when all were read. */
  read(reading: Reading): AsyncIterable<readonly Record[]>
}

/** A record of a mirror: a cell for each column, in order. */
export type Cells = readonly (string | Uint8Array | null)[]
