import { decimal, integer, references, sql, sum, transform, unique } from '#lib'
import { dim_date } from '../calendar/dim_date.ts'
import { all_sales } from './all_sales.ts'
import { event_details } from './event_details.ts'

export const sales_by_day = transform('sales_by_day', {
  description: 'Sales that were neither cancelled nor refunded, by day and event.',
  select: {
    date_id: dim_date.id,
    date: dim_date.date,
    event_id: event_details.event_id,
    title: event_details.title,
    venue: event_details.venue,
    sales: integer().as(sql`count(*)`),
    buyers: integer().as(sql`count(distinct ${all_sales.user_id})`),
    amount: decimal(16, 2).as(sql`sum(${all_sales.amount})`),
  },
  from: sql`
    ${all_sales}
    join ${dim_date} on ${dim_date.date} = cast(${all_sales.sold_at} as date)
    join ${event_details} on ${event_details.event_id} = ${all_sales.event_id}
    where ${all_sales.status} not in ('cancelled', 'refunded')
    group by 1, 2, 3, 4, 5`,
  checks: (rows) => [
    unique(rows.date, rows.event_id),
    references(rows.date, dim_date.date),
    references(rows.event_id, event_details.event_id),
  ],
  measures: (rows) => ({ total_sales: sum(rows.sales), revenue: sum(rows.amount) }),
  dist: 'event_id',
  sort: ['date'],
})
