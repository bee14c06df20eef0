import { bigint, integer, mirror, references, timestamp, varchar } from '#lib'
import { production } from '../sources.ts'
import { events } from './events.ts'
import { users } from './users.ts'

export const tix_v1_sales = mirror(production.table('tix_v1_sales'), {
  columns: {
    tx_no: bigint().primaryKey(),
    usr: bigint(),
    evt: bigint(),
    amt_cents: integer(),
    dt_sold: timestamp(),
    st: varchar(1),
  },
  joins: (rows) => [references(rows.usr, users.id), references(rows.evt, events.id)],
  dist: 'tx_no',
})
