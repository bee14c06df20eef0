import { bigint, date, integer, mirror, smallint, sum, timestamp, varchar } from '#lib'
import { boxoffice } from '../sources.ts'

export const boxoffice_sales = mirror(
  boxoffice.pages({
    path: 'reports/sales',
    query: (day) => ({ day, per_page: 200 }),
    pages: { by: 'link' },
    days: 3,
  }),
  {
    name: 'boxoffice_sales',
    description: 'What Boxoffice sold, by the business day of its reports.',
    columns: {
      reference: bigint().primaryKey(),
      business_day: date().from('businessDay'),
      sold_at: timestamp().from('soldAt').describe('UTC.'),
      event_id: bigint().from('eventId').describe('Our own id of the event.'),
      area: varchar(160).nullable(),
      tickets: smallint(),
      total_cents: integer().from('totalCents').describe('What was paid for all tickets.'),
      currency_code: varchar(3).from('currencyCode'),
    },
    measures: (rows) => ({ total_tickets: sum(rows.tickets) }),
    dist: 'event_id',
    sort: ['business_day'],
    publish: { partition: 'business_day' },
  },
)
