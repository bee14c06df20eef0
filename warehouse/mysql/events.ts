import { bigint, mirror, timestamp, timestamptz, varchar } from '#lib'
import { production } from '../sources.ts'

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
  dist: 'id',
  sort: ['starts_at'],
})
