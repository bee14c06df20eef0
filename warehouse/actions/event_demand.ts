import {
  bigint,
  date,
  decimal,
  integer,
  none,
  references,
  sql,
  sum,
  transform,
  unique,
  varchar,
} from '#lib'
import { dim_date } from '../calendar/dim_date.ts'
import { all_sales } from '../marketplace/all_sales.ts'
import { event_details } from '../marketplace/event_details.ts'
import { partner_sales } from '../partners/partner_sales.ts'
import { clicks } from './clicks.ts'

/** What four systems know of an event on a day, side by side. */
export const event_demand = transform('event_demand', {
  description: 'Clicks on each event by day, and what we and our partners sold of it that day.',
  columns: {
    date_id: integer().primaryKey(),
    event_id: bigint().primaryKey(),
    date: date().describe('In UTC.'),
    title: varchar(1020),
    venue: varchar(800),
    clicks: integer(),
    visitors: integer().describe('Browsers: they do not add up over days.'),
    sales: integer().describe('Orders that were neither cancelled nor refunded.'),
    amount: decimal(16, 2).describe('Paid for them, with fees, in US dollars.'),
    partner_tickets: integer(),
  },
  query: sql`
    with clicked as (
      select ${clicks.date} as date, ${clicks.event_id} as event_id,
        count(*) as clicks, count(distinct ${clicks.visitor_id}) as visitors
      from ${clicks}
      group by 1, 2
    ), sold as (
      select cast(${all_sales.sold_at} as date) as date, ${all_sales.event_id} as event_id,
        count(*) as sales, sum(${all_sales.amount}) as amount
      from ${all_sales}
      where ${all_sales.status} not in ('cancelled', 'refunded')
      group by 1, 2
    ), reported as (
      select ${partner_sales.date} as date, ${partner_sales.event_id} as event_id,
        sum(${partner_sales.quantity}) as tickets
      from ${partner_sales}
      group by 1, 2
    )
    select ${dim_date.id} as date_id, clicked.event_id, clicked.date,
      ${event_details.title} as title, ${event_details.venue} as venue,
      clicked.clicks, clicked.visitors,
      coalesce(sold.sales, 0) as sales, coalesce(sold.amount, 0) as amount,
      coalesce(reported.tickets, 0) as partner_tickets
    from clicked
    join ${dim_date} on ${dim_date.date} = clicked.date
    join ${event_details} on ${event_details.event_id} = clicked.event_id
    left join sold on sold.date = clicked.date and sold.event_id = clicked.event_id
    left join reported on reported.date = clicked.date and reported.event_id = clicked.event_id`,
  checks: (rows) => [
    unique(rows.date, rows.event_id),
    references(rows.date_id, dim_date.id),
    references(rows.event_id, event_details.event_id),
    none(
      'nobody visits without a click',
      sql`select ${rows.date}, ${rows.event_id} from ${rows} where ${rows.visitors} > ${rows.clicks}`,
    ),
  ],
  measures: (rows) => ({
    total_clicks: sum(rows.clicks),
    total_sales: sum(rows.sales),
    revenue: sum(rows.amount),
    total_partner_tickets: sum(rows.partner_tickets),
  }),
  dist: 'event_id',
  sort: ['date_id'],
})
