import {
  bigint,
  boolean,
  date,
  decimal,
  generator,
  integer,
  smallint,
  table,
  timestamp,
  varchar,
} from '#lib'
import { csvLines } from '../../lib/manifest/csv.ts'
import { type Recoding, recodingOf } from '../../lib/source/mysql/wire/recoding.ts'
import type { Column } from '../../lib/table/column.ts'
import { definition } from '../../lib/table/definition.ts'

/** A wide row of orders: each column, the number of its type at MySQL, and its text in row `i`. */
const ORDERS: readonly (readonly [Column, number, (i: number) => string | null])[] = [
  [bigint().primaryKey(), 8, (i) => String(7_000_000_000_000 + i)],
  [integer(), 3, (i) => String((i * 7919) % 2_000_000)],
  [bigint(), 8, (i) => String(900_000_000 + i)],
  [integer(), 3, (i) => String(i % 30_000)],
  [integer().nullable(), 3, (i) => (i % 5 ? String(i % 500_000) : null)],
  [smallint(), 2, (i) => String(1 + (i % 8))],
  [boolean(), 1, (i) => String(i % 2)],
  [decimal(10, 2), 246, (i) => `${20 + (i % 900)}.50`],
  [decimal(12, 4), 246, (i) => `${i % 90}.1234`],
  [decimal(10, 2).nullable(), 246, (i) => (i % 3 ? null : '-12.00')],
  [varchar(3), 254, () => 'USD'],
  [varchar(16), 253, (i) => (i % 2 ? 'confirmed' : 'cancelled')],
  [varchar(40).nullable(), 253, (i) => (i % 9 ? 'phone, "agent"' : null)],
  [varchar(255), 253, (i) => `buyer-${i}@example.com`],
  [varchar(480), 253, () => 'Chloé van Dijk, Jr.'],
  [varchar(1020), 253, () => 'Simon & Garfunkel, "The Concert in Central Park"'],
  [varchar(2000).nullable(), 253, (i) => (i % 3 ? null : 'leave "at will call"\nunder the name')],
  [
    varchar(65_535),
    252,
    (i) => `${i} section upper tier behind the stage, row with a view `.repeat(2),
  ],
  [date(), 10, (i) => `2026-0${1 + (i % 9)}-1${i % 10}`],
  [timestamp(), 12, (i) => `2026-0${1 + (i % 9)}-1${i % 10} 10:00:${10 + (i % 50)}`],
  [timestamp().nullable(), 12, (i) => (i % 20 ? '2026-11-23 23:59:59' : null)],
]

const TEXT = new Set([252, 253, 254])

/** How those rows become CSV. */
export function ordersRecoding(): Recoding {
  const own = table('orders', {
    columns: Object.fromEntries(ORDERS.map(([column], i) => [`c${i}`, column])),
    from: generator((): object[] => []),
    row: () => ({}) as never,
  })[definition]
  const fields = ORDERS.map(([{ facts }, columnType], i) => ({
    name: `c${i}`,
    columnType,
    characterSet: TEXT.has(columnType) ? 45 : 63,
    decimals: facts.type.ddl.endsWith(',4)') ? 4 : columnType === 246 ? 2 : 0,
  }))
  const [note, { signal }] = [() => {}, new AbortController()]
  const reading = {
    table: 'orders',
    columns: own.columns,
    date: '2026-11-23',
    signal,
    note,
    warn: () => {},
  }
  return recodingOf(fields, reading, csvLines(own, 'NULL_0123abcd', note))
}

/** So many of those rows, as MySQL sends their values. */
export const ordersOf = (count: number): (Buffer | null)[][] =>
  Array.from({ length: count }, (_, i) =>
    ORDERS.map(([, , value]) => {
      const text = value(i)
      return text === null ? null : Buffer.from(text)
    }),
  )
