import { bigint, decimal, mirror, references, timestamptz, varchar } from '#lib'
import { production } from '../sources.ts'
import { events } from './events.ts'
import { users } from './users.ts'

export const tix_v2_sales = mirror(production.table('tix_v2_sales'), {
  columns: {
    transactionid: bigint().primaryKey(),
    userid: bigint(),
    eventid: bigint(),
    amount: decimal(10, 2),
    soldon: timestamptz(),
    state: varchar(64),
  },
  joins: (rows) => [references(rows.userid, users.id), references(rows.eventid, events.id)],
  dist: 'transactionid',
})
