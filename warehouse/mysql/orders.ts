import {
  accepted,
  average,
  bigint,
  date,
  decimal,
  distinct,
  mirror,
  none,
  references,
  smallint,
  sql,
  sum,
  time,
  timestamp,
  timestamptz,
  varbyte,
  varchar,
} from '#lib'
import { production } from '../sources.ts'
import { events } from './events.ts'
import { listings } from './listings.ts'
import { users } from './users.ts'

export const orders = mirror(production.table('orders'), {
  columns: {
    id: decimal(20, 0).primaryKey(),
    user_id: bigint(),
    listing_id: decimal(20, 0),
    event_id: bigint(),
    quantity: smallint(),
    price: decimal(12, 4),
    fee: decimal(12, 4),
    currency: varchar(3),
    status: varchar(36),
    promo_code: varchar(128).nullable(),
    note: varchar(2000).nullable(),
    ordered_at: timestamp(),
    delivered_on: date().nullable(),
    delivery_seconds: time().nullable(),
    channel: varchar(120),
    payload: varbyte(32).nullable(),
    created_at: timestamptz(),
    updated_at: timestamptz(),
  },
  checks: (rows) => [
    accepted(rows.status, ['placed', 'confirmed', 'cancelled', 'refunded']),
    none(
      'nothing costs less than nothing',
      sql`select ${rows.id} from ${rows} where ${rows.price} < 0`,
    ),
  ],
  // No check: what was ordered while this table was read may be of an event that is read tomorrow.
  joins: (rows) => [
    references(rows.user_id, users.id),
    references(rows.listing_id, listings.id),
    references(rows.event_id, events.id),
  ],
  measures: (rows) => ({
    tickets: sum(rows.quantity),
    fees: sum(rows.fee),
    average_price: average(rows.price),
    buyers: distinct(rows.user_id),
  }),
  incremental: { cursor: 'updated_at', overlap: { minutes: 15 }, reconcile: { days: 7 } },
  dist: 'event_id',
  sort: ['ordered_at'],
})
