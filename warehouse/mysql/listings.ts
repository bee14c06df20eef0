import {
  average,
  bigint,
  boolean,
  decimal,
  integer,
  mirror,
  references,
  sum,
  timestamp,
  varchar,
} from '#lib'
import { production } from '../sources.ts'
import { events } from './events.ts'
import { users } from './users.ts'

export const listings = mirror(production.table('listings'), {
  columns: {
    id: decimal(20, 0).primaryKey(),
    event_id: bigint(),
    seller_id: bigint(),
    section: varchar(160),
    row: varchar(32).nullable(),
    quantity: integer(),
    price: decimal(10, 2),
    is_instant: boolean(),
    notes: varchar(65535).nullable(),
    created_at: timestamp(),
  },
  joins: (rows) => [references(rows.event_id, events.id), references(rows.seller_id, users.id)],
  measures: (rows) => ({ tickets: sum(rows.quantity), average_price: average(rows.price) }),
  chunks: { by: 'id', rows: 20_000, connections: 2 },
  dist: 'event_id',
})
