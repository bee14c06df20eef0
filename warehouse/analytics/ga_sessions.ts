import { boolean, date, decimal, integer, mirror, sum, varchar } from '#lib'
import { analytics } from '../sources.ts'

export const ga_sessions = mirror(
  analytics.report({
    dimensions: ['deviceCategory', 'country'],
    metrics: ['sessions', 'totalUsers', 'screenPageViews', 'ecommercePurchases', 'purchaseRevenue'],
  }),
  {
    name: 'ga_sessions',
    description:
      'Sessions of the website by day, device and country, as Google Analytics saw them.',
    columns: {
      date: date().describe("The day, in the property's time zone."),
      device: varchar(32).from('deviceCategory').describe('desktop, mobile, tablet, …'),
      country: varchar(255).describe("In English; '(not set)' where Google does not know."),
      sessions: integer(),
      users: integer()
        .from('totalUsers')
        .describe('Of this day, device and country: they do not add up over rows.'),
      page_views: integer().from('screenPageViews'),
      purchases: integer().from('ecommercePurchases'),
      revenue: decimal(14, 2).from('purchaseRevenue').describe("In the property's currency."),
      is_sampled: boolean().describe('Projected by Google from a part of the events.'),
      is_thresholded: boolean().describe('Google may have withheld rows of few people.'),
      has_other_row: boolean().describe("The day has rows of '(other)', summed up by Google."),
      is_other_row: boolean().describe("This row is one of '(other)'."),
    },
    measures: (rows) => ({
      total_sessions: sum(rows.sessions),
      total_page_views: sum(rows.page_views),
      total_purchases: sum(rows.purchases),
      total_revenue: sum(rows.revenue),
    }),
    dist: 'even',
    sort: ['date'],
    publish: { partition: 'date' },
  },
)
