import { bigint, date, decimal, mirror, smallint, sum, timestamptz, varchar } from '#lib'
import { stubmarket } from '../sources.ts'

/** They correct a day's report for two days more, so that three are read each night. */
export const stubmarket_sales = mirror(
  stubmarket.pages({
    path: 'sales',
    query: (day) => ({ from: day, to: day, limit: 100 }),
    records: 'data.sales',
    total: 'paging.total',
    pages: { by: 'cursor', next: 'paging.next', parameter: 'cursor' },
    days: 3,
  }),
  {
    name: 'stubmarket_sales',
    description: 'What Stubmarket sold, by the day of its reports.',
    columns: {
      sale_id: varchar(64).primaryKey(),
      report_date: date(),
      sold_at: timestamptz(),
      event_id: bigint().from('event.id').describe('Our own id of the event.'),
      event_name: varchar(1020).from('event.name'),
      section: varchar(160).from('seats.section').nullable(),
      quantity: smallint().from('seats.quantity').describe('How many tickets.'),
      amount: decimal(12, 2).from('paid.amount').describe('What was paid for all of them.'),
      currency: varchar(3).from('paid.currency'),
    },
    measures: (rows) => ({ tickets: sum(rows.quantity) }),
    dist: 'event_id',
    sort: ['report_date'],
    publish: { partition: 'report_date' },
  },
)
