import {
  bigint,
  date,
  decimal,
  references,
  smallint,
  sql,
  sum,
  timestamp,
  transform,
  unique,
  varchar,
} from '#lib'
import { event_details } from '../marketplace/event_details.ts'
import { boxoffice_sales } from './boxoffice_sales.ts'
import { stubmarket_sales } from './stubmarket_sales.ts'

/** Each partner reports in words of its own: here they are one table. */
export const partner_sales = transform('partner_sales', {
  description: 'One row for each sale that a partner made of our events.',
  columns: {
    sale_id: varchar(96).primaryKey().describe('The partner, and its own id: boxoffice-17.'),
    partner: varchar(16),
    date: date().describe('The day whose report it was in.'),
    sold_at: timestamp().describe('UTC.'),
    event_id: bigint(),
    section: varchar(160).nullable(),
    quantity: smallint().describe('How many tickets.'),
    amount: decimal(14, 2).describe('What was paid for all of them, in the currency.'),
    currency: varchar(3),
  },
  query: sql`
    select
      'stubmarket-' || ${stubmarket_sales.sale_id} as sale_id,
      'stubmarket' as partner,
      ${stubmarket_sales.report_date} as date,
      ${stubmarket_sales.sold_at} at time zone 'utc' as sold_at,
      ${stubmarket_sales.event_id} as event_id,
      ${stubmarket_sales.section} as section,
      ${stubmarket_sales.quantity} as quantity,
      ${stubmarket_sales.amount} as amount,
      ${stubmarket_sales.currency} as currency
    from ${stubmarket_sales}
    union all
    select
      'boxoffice-' || ${boxoffice_sales.reference},
      'boxoffice',
      ${boxoffice_sales.business_day},
      ${boxoffice_sales.sold_at},
      ${boxoffice_sales.event_id},
      ${boxoffice_sales.area},
      ${boxoffice_sales.tickets},
      cast(${boxoffice_sales.total_cents} as decimal(14, 2)) / 100,
      ${boxoffice_sales.currency_code}
    from ${boxoffice_sales}`,
  checks: (rows) => [unique(rows.sale_id)],
  joins: (rows) => [references(rows.event_id, event_details.event_id)],
  measures: (rows) => ({ tickets: sum(rows.quantity) }),
  dist: 'event_id',
  sort: ['date'],
})
