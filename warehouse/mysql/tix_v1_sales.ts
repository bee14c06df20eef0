import { bigint, integer, mirror, timestamp, varchar } from '#lib'
import { production } from '../sources.ts'

export const tix_v1_sales = mirror(production.table('tix_v1_sales'), {
  columns: {
    tx_no: bigint().primaryKey(),
    usr: bigint(),
    evt: bigint(),
    amt_cents: integer(),
    dt_sold: timestamp(),
    st: varchar(1),
  },
  dist: 'tx_no',
})
