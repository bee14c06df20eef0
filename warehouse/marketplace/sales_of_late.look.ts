import { decimal, integer, line, look, sql } from '#lib'
import { sales_by_day } from './sales_by_day.ts'

export const sales_of_late = look('sales_of_late', {
  title: 'Sales of the last ninety days',
  description: 'Orders by the day they were placed, without cancelled and refunded ones.',
  select: {
    date: sales_by_day.date,
    sales: integer().as(sql`sum(${sales_by_day.sales})`),
    amount: decimal(16, 2).as(sql`sum(${sales_by_day.amount})`),
  },
  from: sql`${sales_by_day}
    where ${sales_by_day.date} > (
      select dateadd(day, -90, max(${sales_by_day.date})) from ${sales_by_day}
    )
    group by 1
    order by 1`,
  mark: line({ over: 'date', value: 'sales' }),
})
