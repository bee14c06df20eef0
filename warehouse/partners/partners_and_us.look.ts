import { bars, date, integer, look, sql, varchar } from '#lib'
import { all_sales } from '../marketplace/all_sales.ts'
import { partner_sales } from './partner_sales.ts'

export const partners_and_us = look('partners_and_us', {
  title: 'What we sold, and what partners sold of our events',
  description: 'Sales by day, of the last seven days that partners have reported.',
  columns: { date: date(), seller: varchar(16), sales: integer() },
  query: sql`
    with days as (
      select distinct ${partner_sales.date} as date
      from ${partner_sales}
      where ${partner_sales.date} > (
        select dateadd(day, -7, max(${partner_sales.date})) from ${partner_sales}
      )
    )
    select cast(${all_sales.sold_at} as date) as date, 'we' as seller, count(*) as sales
    from ${all_sales}
    join days on days.date = cast(${all_sales.sold_at} as date)
    where ${all_sales.status} not in ('cancelled', 'refunded')
    group by 1, 2
    union all
    select ${partner_sales.date}, ${partner_sales.partner}, count(*)
    from ${partner_sales}
    join days on days.date = ${partner_sales.date}
    group by 1, 2
    order by 1, 2`,
  mark: bars({ label: 'date', value: 'sales', colour: 'seller' }),
})
