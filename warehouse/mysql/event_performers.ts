import { bigint, boolean, mirror, smallint } from '#lib'
import { production } from '../sources.ts'

export const event_performers = mirror(production.table('event_performers'), {
  columns: {
    event_id: bigint().primaryKey(),
    performer_id: bigint().primaryKey(),
    is_home: boolean(),
    billing: smallint(),
  },
})
