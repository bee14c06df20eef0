import {
  accepted,
  bigint,
  copy,
  date,
  distinct,
  rowCount,
  smallint,
  timestamptz,
  unique,
  varchar,
} from '#lib'
import { logs } from '../sources.ts'

/** The web servers write an object for each click, in a file for each hour of UTC. */
export const clicks = copy('clicks', {
  description: 'One row for each click on an event, as the web servers logged it.',
  columns: {
    date: date().describe('The day, in UTC.'),
    id: varchar(32),
    visitor_id: varchar(32).describe('Of the browser: the same whenever it comes back.'),
    user_id: bigint().nullable().from('user.id').describe('NULL where nobody was logged in.'),
    event_id: bigint().from('event.id'),
    page: varchar(16).describe('Where the click was made: home, search, email or event.'),
    position: smallint().describe('The place of the event on that page, from 1.'),
    device: varchar(16).describe('desktop, mobile or tablet.'),
    clicked_at: timestamptz(),
  },
  from: logs.files({
    path: 'clicks/{yyyy}/{mm}/{dd}/',
    match: '.json.gz',
    format: { kind: 'json', codec: 'gzip' },
  }),
  checks: (rows) => [
    unique(rows.id),
    accepted(rows.device, ['desktop', 'mobile', 'tablet']),
    rowCount({ between: [0.2, 5] }),
  ],
  measures: (rows) => ({ visitors: distinct(rows.visitor_id), people: distinct(rows.user_id) }),
  publish: { partition: 'date' },
  dist: 'event_id',
  sort: ['date'],
})
