import { bigint, boolean, decimal, integer, mirror, timestamp, varchar } from '#lib'
import { production } from '../sources.ts'

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
  chunks: { by: 'id', rows: 20_000, connections: 2 },
  dist: 'event_id',
})
