import {
  bigint,
  boolean,
  char,
  date,
  decimal,
  double,
  integer,
  real,
  references,
  smallint,
  sql,
  sum,
  super_,
  time,
  timestamp,
  timestamptz,
  transform,
  unique,
  varbyte,
  varchar,
} from '#lib'
import type { Columns } from '../../lib/table/column.ts'
import { definition } from '../../lib/table/definition.ts'
import type { Table, Traits } from '../../lib/table/table.ts'

const make = <C extends Columns>(name: string, columns: C, traits: Traits<C> = {}): Table<C> =>
  transform(name, { ...traits, columns, query: sql`` })

const cities = make('cities', { id: integer().primaryKey(), name: varchar(100) })
const users = make(
  'user',
  { id: bigint().primaryKey(), name: varchar(100), city_id: integer().nullable() },
  { joins: (rows) => [references(rows.city_id, cities.id)] },
)
const words = make('words', { word: varchar(20), of: varchar(20).nullable() })
const days = make('days', { day: date().primaryKey(), is_holiday: boolean().nullable() })
const orders = make(
  'order',
  {
    id: bigint().primaryKey(),
    buyer_id: bigint(),
    seller_id: bigint().nullable(),
    parent_id: bigint().nullable(),
    word: varchar(20),
    day: date(),
    amount: decimal(10, 2).describe(
      `In "dollars" \\ {{ price }} {% if %} \${TABLE} @{c};; # \n end`,
    ),
  },
  {
    description: 'Says "quotes", {{ braces }};; and\n  lines.',
    checks: (rows) => [references(rows.buyer_id, users.id)],
    joins: (rows) => [
      references(rows.seller_id, users.id),
      references(rows.parent_id, rows.id),
      references(rows.word, words.word),
      references(rows.day, days.day),
    ],
  },
)
const legacy = make(
  'order',
  { id: bigint(), order_id: bigint().nullable(), row: integer() },
  {
    schema: 'legacy',
    checks: (rows) => [unique(rows.order_id), unique(rows.id)],
    joins: (rows) => [references(rows.order_id, orders.id)],
  },
)
const clash = make('legacy_order', {
  count: integer().primaryKey(),
  sold_at: timestamp(),
  sold_at_date: varchar(10),
  a$b: integer(),
  a_b: integer(),
  total_a_b: integer(),
  primary_key: integer(),
})
const pairs = make('pairs', {
  left: varchar(20).primaryKey(),
  right: varchar(20).primaryKey(),
  is_new: boolean().primaryKey(),
  bytes: varbyte(4).primaryKey(),
  at: timestamptz().primaryKey(),
  number: smallint().primaryKey(),
})
const types = make(
  'types',
  {
    smallint: smallint(),
    integer: integer().nullable(),
    bigint: bigint(),
    decimal: decimal(38, 10),
    real: real(),
    double: double(),
    boolean: boolean(),
    maybe: boolean().nullable(),
    char: char(3),
    varchar: varchar(65_535),
    date: date(),
    time: time(),
    timestamp: timestamp(),
    timestamptz: timestamptz(),
    document: super_().nullable(),
    bytes: varbyte(10).nullable(),
  },
  { measures: (rows) => ({ all_of_it: sum(rows.double) }) },
)

/** Tables that only a test would think of, by their ids. */
export const odd = [cities, users, orders, words, days, legacy, clash, pairs, types].map(
  (table) => table[definition],
)
