import { bigint, decimal, mirror, timestamptz, varchar } from '#lib'
import { production } from '../sources.ts'

export const tix_v2_sales = mirror(production.table('tix_v2_sales'), {
  columns: {
    transactionid: bigint().primaryKey(),
    userid: bigint(),
    eventid: bigint(),
    amount: decimal(10, 2),
    soldon: timestamptz(),
    state: varchar(64),
  },
  dist: 'transactionid',
})
