import { bigint, mirror, references, timestamp, timestamptz, varchar } from '#lib'
import { production } from '../sources.ts'
import { venues } from './venues.ts'

export const events = mirror(production.table('events'), {
  columns: {
    id: bigint().primaryKey(),
    title: varchar(1020),
    venue_id: bigint(),
    starts_at: timestamp(),
    on_sale_at: timestamp().nullable(),
    status: varchar(36),
    announced_at: timestamptz().nullable(),
    description: varchar(65535).nullable(),
  },
  joins: (rows) => [references(rows.venue_id, venues.id)],
  dist: 'id',
  sort: ['starts_at'],
})
