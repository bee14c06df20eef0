import type { Check, References } from './check.ts'
import type { Column } from './column.ts'
import type { Measure } from './measure.ts'
import type { Days, Listing, Origin, Source } from './origin.ts'
import type { Chunks, Incremental } from './portion.ts'
import type { Sql } from './sql.ts'

/** Where a table or task keeps what Usher knows of it, out of the way of the names of columns. */
export const definition: unique symbol = Symbol('usher.definition')

/** A table of the warehouse as the rest of Usher sees it. */
export interface Definition {
  /** `events`, or `legacy.events` outside the schema `public`: what people call it. */
  readonly id: string
  readonly schema: string
  readonly name: string
  readonly description?: string
  readonly columns: readonly NamedColumn[]
  /** `all`, `even`, `auto`, or the column rows are distributed by. */
  readonly dist: string
  readonly sort: readonly string[]
  readonly publish: Publish<string>
  /** Few rows, or none, are no reason not to publish them. */
  readonly mayShrink: boolean
  readonly made: Made
  /** What must be true of new rows before they are published. */
  readonly checks: readonly Check[]
  /** Where other tables' rows are found, besides what checks say: for people who join them. */
  readonly joins: readonly References[]
  /** What analysts reckon of its rows, by name. */
  readonly measures: Readonly<Record<string, Measure>>
  /** What must be complete first: what the SQL and the checks mention, and what `after` names. */
  readonly needs: readonly AnyDefinition[]
  /** Memory in MB and time in minutes, where the task needs other than the usual. */
  readonly resources: Resources
  /** Set on an alias of a table inside one statement. */
  readonly alias?: string
  /** Set where not the table is meant, but the rows that are about to be published. */
  readonly staged?: true
}

export interface NamedColumn {
  readonly name: string
  readonly column: Column
}

/** How a table's rows come about. */
export type Made =
  | {
      readonly by: 'extract'
      readonly from: Origin<unknown>
      /** Absent, as is `rows`: records are rows already. */
      readonly row?: ToRow
      readonly rows?: ToRows
      /** A row is taken from a document, where a field that is not there is NULL. */
      readonly documents?: true
      /** Each night reads what changed; absent, all. */
      readonly incremental?: Incremental
      /** It is read in ranges, several at once. */
      readonly chunks?: Chunks
    }
  | { readonly by: 'copy'; readonly from: Listing }
  | { readonly by: 'transform'; readonly query: Sql }
  | {
      readonly by: 'spark'
      /** The PySpark file. */
      readonly script: URL
      readonly reads: readonly SparkRead[]
      /** How long the job may take. */
      readonly minutes: number
    }

/** What is unloaded for a script to read. */
export interface SparkRead {
  /** The script's name for it. */
  readonly name: string
  readonly columns: readonly NamedColumn[]
  readonly query: Sql
}

/** A row of whatever table: values keyed by column. */
export type AnyRow = Readonly<Record<string, unknown>>

/** Turns a record of a source into the table's row. */
export type ToRow = (record: unknown) => AnyRow

/** Turns a record of a source into the table's rows, none or many. */
export type ToRows = (record: unknown) => Iterable<AnyRow>

/**
 * How a night's rows replace the old ones: all of them; those with the same primary key, where of
 * two rows with one key, old or new, that with the higher `merge` column wins; or those of the run date.
 */
export type Publish<Name extends string> =
  | 'replace'
  | { readonly merge: Name }
  | { readonly partition: Name }

export interface Resources {
  readonly memory?: number
  readonly minutes?: number
}

/** Work of a night that makes no table, as the rest of Usher sees it. */
export interface TaskDefinition {
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly needs: readonly AnyDefinition[]
  readonly run: TaskRun
  readonly resources: Resources
}

/** What a task does. What it throws fails the task, and is tried again if it is `transient()`. */
export type TaskRun = (context: TaskContext) => Promise<void>

/** What a task is given. */
export interface TaskContext {
  /** The run date: `2026-11-23`. */
  readonly date: string
  readonly warehouse: TaskWarehouse
  /** Writes a line to the function's log. Never give it a secret or a row. */
  readonly log: (message: string, facts?: Readonly<Record<string, unknown>>) => void
  /** Aborted 10 seconds before the function's time is up. */
  readonly signal: AbortSignal
}

/** The warehouse, as a task may use it. */
export interface TaskWarehouse {
  /** Runs one statement, committed by itself, and waits for its end as long as that takes. */
  execute(sql: Sql): Promise<void>
  /** The rows of a query, keyed by column, numbers as text. */
  query(sql: Sql): Promise<Record<string, string | null>[]>
}

export type AnyDefinition = Definition | TaskDefinition

export const isTask = (own: AnyDefinition): own is TaskDefinition => 'run' in own

/** Anything that is a table. */
export interface Tabled {
  readonly [definition]: Definition
}

/** Anything that is a task. */
export interface Tasked {
  readonly [definition]: TaskDefinition
}

/** What makes files of the warehouse's own rows: as a source does, for who loads them. */
const SPARK: Source = { name: 'spark', kind: 'spark', packages: [] }

/** The outside system that a table's rows come from; a transform has none. */
export function sourceOf({ made }: Definition): Source | undefined {
  if (made.by === 'spark') return SPARK
  return made.by === 'transform' ? undefined : made.from.source
}

/** The days of a table's source that are read again; none where it has none. */
export const daysOf = ({ made }: Definition): Days | undefined =>
  'from' in made ? made.from.days : undefined

/** The column that a day's rows have in common: where only that day's rows are replaced. */
export const partitionOf = ({ publish }: Definition): string | undefined =>
  typeof publish === 'object' && 'partition' in publish ? publish.partition : undefined

/**
 * Whether a table is all of one date, so that an earlier night would put away what a later one made:
 * its rows replace all others, and are those of the time they were read, or of the run date. What is
 * made anew of the other tables' present rows is never older than they are.
 */
export const isOfItsDate = ({ publish, made }: Definition): boolean =>
  publish === 'replace' &&
  (made.by !== 'transform' ||
    made.query.chunks.some((chunk) => typeof chunk === 'object' && chunk.kind === 'run date'))

/** The names of a table's primary key. */
export const keyOf = (table: Definition): string[] =>
  table.columns.flatMap(({ name, column }) => (column.facts.key ? [name] : []))
