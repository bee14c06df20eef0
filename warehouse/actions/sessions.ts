import {
  bigint,
  date,
  integer,
  references,
  runDate,
  spark,
  sql,
  sum,
  timestamptz,
  unique,
  varchar,
} from '#lib'
import { event_details } from '../marketplace/event_details.ts'
import { clicks } from './clicks.ts'

export const sessions = spark('sessions', {
  description:
    'Clicks of a visitor with less than half an hour between each and the next, by UTC day.',
  columns: {
    id: varchar(32).primaryKey().describe('Of its first click.'),
    date: date(),
    visitor_id: varchar(32),
    started_at: timestamptz(),
    ended_at: timestamptz().describe('When the last click was.'),
    clicks: integer(),
    first_event_id: bigint(),
    last_event_id: bigint(),
  },
  script: new URL('sessions.py', import.meta.url),
  reads: {
    clicks: {
      select: {
        id: clicks.id,
        visitor_id: clicks.visitor_id,
        event_id: clicks.event_id,
        clicked_at: clicks.clicked_at,
      },
      from: sql`${clicks} where ${clicks.date} = ${runDate}`,
    },
  },
  minutes: 30,
  publish: { partition: 'date' },
  checks: (rows) => [unique(rows.id)],
  joins: (rows) => [
    references(rows.first_event_id, event_details.event_id),
    references(rows.last_event_id, event_details.event_id),
  ],
  measures: (rows) => ({ total_clicks: sum(rows.clicks) }),
  dist: 'visitor_id',
  sort: ['date'],
})
