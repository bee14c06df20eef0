import {
  bigint,
  boolean,
  date,
  decimal,
  generator,
  integer,
  type Row,
  smallint,
  table,
  timestamp,
  varchar,
} from '#lib'

/** Ten columns of the usual kinds. */
const columns = {
  id: bigint().primaryKey(),
  customer_id: integer(),
  quantity: smallint(),
  price: decimal(10, 2),
  is_paid: boolean(),
  created_at: timestamp(),
  event_date: date(),
  email: varchar(255),
  title: varchar(255),
  note: varchar(1000).nullable(),
}

export type Order = Row<typeof columns>

export const orders = table('orders', {
  columns,
  from: generator(() => ordersOf(1000)),
  row: (order) => order,
})

const FIRST_ID = 7_000_000_000_000n
const FIRST_TIME = Date.parse('2026-11-18T10:00:00Z')
const DAY = 86_400_000

const TITLES = [
  'Hamilton',
  'Boston Red Sox at New York Yankees',
  'Simon & Garfunkel, "The Concert in Central Park"',
  'Monster Jam, Saturday',
  'Beyoncé',
  'Disney On Ice: Into the Magic',
]
const NOTES = [null, null, 'call before delivery', 'aisle seat, if there is one', '']

/** So many orders, with strings as they come out of JSON. */
export function ordersOf(count: number): Order[] {
  const documents = Array.from({ length: count }, (_, i) => ({
    customer_id: (i * 7919) % 1_000_000,
    quantity: 1 + (i % 8),
    price: (20 + ((i * 37.13) % 480)).toFixed(2),
    is_paid: i % 10 > 0,
    created_at: isoOf(FIRST_TIME + i * 977).replace('T', ' '),
    event_date: isoOf(FIRST_TIME + (i % 300) * DAY).slice(0, 10),
    email: `customer-${(i * 7919) % 1_000_000}@example.com`,
    title: TITLES[i % TITLES.length] as string,
    note: NOTES[i % NOTES.length] ?? null,
  }))
  const parsed: typeof documents = JSON.parse(JSON.stringify(documents))
  return parsed.map((document, i) => ({ id: FIRST_ID + BigInt(i), ...document }))
}

const isoOf = (time: number): string => new Date(time).toISOString().slice(0, 19)
