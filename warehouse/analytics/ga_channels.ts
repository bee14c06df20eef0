import { boolean, date, decimal, integer, mirror, sum, varchar } from '#lib'
import { analytics } from '../sources.ts'

export const ga_channels = mirror(
  analytics.report({
    dimensions: ['sessionDefaultChannelGroup'],
    metrics: ['sessions', 'totalUsers', 'screenPageViews', 'ecommercePurchases', 'purchaseRevenue'],
  }),
  {
    name: 'ga_channels',
    description: 'Sessions of the website by day and by the way people came to it.',
    columns: {
      date: date().describe("The day, in the property's time zone."),
      channel: varchar(128)
        .from('sessionDefaultChannelGroup')
        .describe("Google's default grouping: Organic Search, Direct, …"),
      sessions: integer(),
      users: integer()
        .from('totalUsers')
        .describe('Of this day and channel: they do not add up over rows.'),
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
