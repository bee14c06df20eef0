import { createHash } from 'node:crypto'
import { Failure } from '../error.ts'
import type { Columns } from './column.ts'
import type { Definition, NamedColumn } from './definition.ts'
import type { NameOf } from './table.ts'

/** How a large table is mirrored without reading all of it at once, every night. */
export interface Portions<C extends Columns> {
  /**
   * Each night reads only the rows that changed since the last one, and merges them by the primary
   * key. The first night reads all, and so does one that is forced or finds other columns declared.
   */
  readonly incremental?: ByTime<C> | ByNumber<C>
  /** Whatever is read is read in ranges of a whole-number key, several at once. */
  readonly chunks?: {
    /** The column of the primary key that an index of the source begins with. */
    readonly by: NameOf<C, WholeNumber>
    /** About how many rows a range has: 1,000,000 unless said. */
    readonly rows?: number
    /** The most connections that this table has open at once: 4 unless said. */
    readonly connections?: number
  }
}

type WholeNumber = 'smallint' | 'integer' | 'bigint' | 'decimal'

interface ByTime<C extends Columns> extends Reconciled {
  /** The column that every change of a row sets to the time of it. It should have an index. */
  readonly cursor: NameOf<C, 'timestamp' | 'timestamptz'>
  /** How far before the last night's end to read again, for what was committed late: 15 unless said. */
  readonly overlap?: { readonly minutes: number }
}

interface ByNumber<C extends Columns> extends Reconciled {
  /** A number that grows from row to row, where rows are added and never changed. */
  readonly cursor: NameOf<C, WholeNumber>
  /** How far below the last night's highest to read again, for what was committed late: 10,000 unless said. */
  readonly overlap?: number
}

type Overlap = number | { readonly minutes: number }

interface Reconciled {
  /**
   * How often all primary keys are read too, to delete the rows that are gone and to find any that the
   * cursor missed: every 7 days unless said.
   */
  readonly reconcile?: { readonly days: number } | 'never'
}

/** What every night needs to know of a table of which it reads only the changes. */
export interface Incremental {
  readonly cursor: NamedColumn
  /** In minutes before a time, or in units of a number. */
  readonly overlap: number
  /** Whether the cursor is a time. */
  readonly isTime: boolean
  /** Absent, keys are never reconciled. */
  readonly reconcileDays?: number
}

/** What every night needs to know of a table that is read in ranges. */
export interface Chunks {
  readonly by: NamedColumn
  readonly rows: number
  readonly connections: number
}

const OVERLAP_MINUTES = 15
const OVERLAP_NUMBERS = 10_000
const RECONCILE_DAYS = 7
const CHUNK_ROWS = 1_000_000
const CHUNK_CONNECTIONS = 4

/** Settles what a mirror says of its portions. Throws a BadDeclaration. */
export function portionsOf<C extends Columns>(
  table: string,
  columns: readonly NamedColumn[],
  { incremental, chunks, publish }: Portions<C> & { readonly publish?: unknown },
): { incremental?: Incremental; chunks?: Chunks } {
  const fail = (problem: string): never => {
    throw new Failure('BadDeclaration', `${table}: ${problem}`)
  }
  const columnOf = (what: string, name: string) => {
    const found = columns.find((column) => column.name === name)
    return found ?? fail(`${what} names '${name}', which is not a column`)
  }
  const count = (what: string, value: number, least: number) => {
    if (!Number.isSafeInteger(value) || value < least) {
      fail(`${what} ${value}: give a whole number from ${least}`)
    }
    return value
  }
  if (incremental && publish) fail('incremental merges: it takes no publish of another kind')
  if (incremental && !columns.some(({ column }) => column.facts.key)) {
    fail('incremental merges by the primary key, and no column is .primaryKey()')
  }
  return {
    ...(incremental && {
      incremental: settled(columnOf('incremental', incremental.cursor), incremental, count, fail),
    }),
    ...(chunks && {
      chunks: {
        by: chunkColumn(columnOf('chunks', chunks.by), fail),
        rows: count('the rows of chunks are', chunks.rows ?? CHUNK_ROWS, 1),
        connections: count(
          'the connections of chunks are',
          chunks.connections ?? CHUNK_CONNECTIONS,
          1,
        ),
      },
    }),
  }
}

function settled(
  cursor: NamedColumn,
  { overlap, reconcile = { days: RECONCILE_DAYS } }: Reconciled & { readonly overlap?: Overlap },
  count: (what: string, value: number, least: number) => number,
  fail: (problem: string) => never,
): Incremental {
  const { name } = cursor.column.facts.type
  const isTime = name === 'timestamp' || name === 'timestamptz'
  if (!isTime && !isWhole(cursor)) {
    fail(`the cursor ${cursor.name} is ${name}: it must be a timestamp or a whole number`)
  }
  if (overlap !== undefined && isTime === (typeof overlap === 'number')) {
    const form = isTime ? '{ minutes: 15 }' : 'a number, 10_000'
    fail(`the overlap of the cursor ${cursor.name}, a ${name}, is written as ${form}`)
  }
  const usual = isTime ? OVERLAP_MINUTES : OVERLAP_NUMBERS
  const given = typeof overlap === 'object' ? overlap.minutes : overlap
  return {
    cursor,
    isTime,
    overlap: count('the overlap is', given ?? usual, 0),
    ...(reconcile !== 'never' && {
      reconcileDays: count('the days of reconcile are', reconcile.days, 1),
    }),
  }
}

function chunkColumn(by: NamedColumn, fail: (problem: string) => never): NamedColumn {
  if (!isWhole(by)) fail(`chunks go by ${by.name}, which must be a whole number`)
  if (!by.column.facts.key) fail(`chunks go by ${by.name}, which must be a .primaryKey()`)
  return by
}

/** Whether a column holds whole numbers only; BIGINT UNSIGNED is a decimal of no scale. */
const isWhole = ({ column: { facts } }: NamedColumn): boolean =>
  /^(smallint|integer|bigint|decimal\(\d+,0\))$/.test(facts.type.ddl)

/**
 * What a table's rows are read as: while it is the same, changes can be added to what was loaded
 * before.
 */
export function declarationOf({ columns, made }: Definition): string {
  if (made.by !== 'extract') return ''
  const { source, table } = made.from as { source: { name: string }; table?: string }
  const facts = columns.map(({ name, column: { facts } }) => {
    const { type, key = false, nullable = false, from = name } = facts
    return [name, from, type.ddl, key, nullable]
  })
  const whole = [source.name, table, made.incremental?.cursor.name, facts]
  return createHash('sha256').update(JSON.stringify(whole)).digest('hex').slice(0, 16)
}

/**
 * Where to read on from: the last cursor, less the overlap, in which changes were committed late. Throws
 * a SourceRefused where the last cursor is none.
 */
export function startOf(table: string, incremental: Incremental, last: string): string {
  const { isTime, overlap, cursor } = incremental
  const form = isTime ? /^(\d{4}-\d\d-\d\d)( \d\d:\d\d:\d\d)?(\.\d+)?$/ : /^-?\d+$/
  const [whole, day, clock = ' 00:00:00', fraction = ''] = form.exec(last) ?? []
  const time = isTime ? Date.parse(`${day}T${clock.slice(1)}Z`) : 0
  if (whole === undefined || Number.isNaN(time)) {
    const what = `${table}: its last load ended at ${cursor.name} '${last}'`
    const problem = `which is no ${isTime ? 'time' : 'whole number'}`
    throw new Failure('SourceRefused', `${what}, ${problem}. Run it with "force": true`)
  }
  if (!isTime) return (BigInt(last) - BigInt(overlap)).toString()
  const start = new Date(time - overlap * 60_000)
  return `${start.toISOString().slice(0, 19).replace('T', ' ')}${fraction}`
}

/** A table of nothing but another's primary keys. */
export function keysOf(table: Definition): Definition {
  const columns = table.columns.filter(({ column }) => column.facts.key)
  const spread = columns.some(({ name }) => name === table.dist)
  return {
    ...table,
    name: `keys_${table.name}`,
    columns,
    dist: spread ? table.dist : 'even',
    sort: [],
    publish: 'replace',
  }
}
