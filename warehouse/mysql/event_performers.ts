import { bigint, boolean, mirror, references, smallint } from '#lib'
import { production } from '../sources.ts'
import { events } from './events.ts'
import { performers } from './performers.ts'

export const event_performers = mirror(production.table('event_performers'), {
  columns: {
    event_id: bigint().primaryKey(),
    performer_id: bigint().primaryKey(),
    is_home: boolean(),
    billing: smallint(),
  },
  joins: (rows) => [
    references(rows.event_id, events.id),
    references(rows.performer_id, performers.id),
  ],
})
