import {
  accepted,
  average,
  bigint,
  decimal,
  distinct,
  references,
  sql,
  sum,
  timestamp,
  transform,
  unique,
  varchar,
} from '#lib'
import { orders } from '../mysql/orders.ts'
import { tix_v1_sales } from '../mysql/tix_v1_sales.ts'
import { tix_v2_sales } from '../mysql/tix_v2_sales.ts'
import { event_details } from './event_details.ts'
import { user_profiles } from './user_profiles.ts'

/** Three systems sold tickets, each with names of its own: here they are one table. */
export const all_sales = transform('all_sales', {
  description: 'One row for each sale since the first, whichever system made it.',
  columns: {
    sale_id: varchar(32).primaryKey().describe('The system, and its own number: v1-17.'),
    system: varchar(8).describe('v1 until 2013, v2 until 2016, orders since.'),
    user_id: bigint(),
    event_id: bigint(),
    amount: decimal(14, 2).describe('What the buyer paid, with fees, in US dollars.'),
    status: varchar(16).describe('placed, confirmed, cancelled or refunded.'),
    sold_at: timestamp().describe('UTC.'),
  },
  query: sql`
    select
      'v1-' || ${tix_v1_sales.tx_no} as sale_id,
      'v1' as system,
      ${tix_v1_sales.usr} as user_id,
      ${tix_v1_sales.evt} as event_id,
      cast(${tix_v1_sales.amt_cents} as decimal(14, 2)) / 100 as amount,
      case ${tix_v1_sales.st}
        when 'P' then 'placed'
        when 'C' then 'confirmed'
        when 'X' then 'cancelled'
        when 'R' then 'refunded'
      end as status,
      ${tix_v1_sales.dt_sold} as sold_at
    from ${tix_v1_sales}
    union all
    select
      'v2-' || ${tix_v2_sales.transactionid},
      'v2',
      ${tix_v2_sales.userid},
      ${tix_v2_sales.eventid},
      ${tix_v2_sales.amount},
      ${tix_v2_sales.state},
      ${tix_v2_sales.soldon} at time zone 'utc'
    from ${tix_v2_sales}
    union all
    select
      'orders-' || ${orders.id},
      'orders',
      ${orders.user_id},
      ${orders.event_id},
      ${orders.price} * ${orders.quantity} + ${orders.fee},
      ${orders.status},
      ${orders.ordered_at}
    from ${orders}`,
  checks: (rows) => [
    unique(rows.sale_id),
    accepted(rows.status, ['placed', 'confirmed', 'cancelled', 'refunded']),
  ],
  joins: (rows) => [
    references(rows.event_id, event_details.event_id),
    references(rows.user_id, user_profiles.user_id),
  ],
  measures: (rows) => ({
    revenue: sum(rows.amount),
    average_sale: average(rows.amount),
    buyers: distinct(rows.user_id),
  }),
  dist: 'event_id',
  sort: ['sold_at'],
})
