import { average, bigint, char, date, distinct, integer, table, timestamptz, varchar } from '#lib'
import { search } from '../sources.ts'

interface Search {
  readonly words: string
  /** Ids of events, best first. */
  readonly found: readonly number[]
  readonly total: number
  readonly user?: { readonly id: number }
  readonly visitor: string
  readonly device: string
  readonly searched_at: string
}

export const searches = table('searches', {
  description: 'One row for each search on the marketplace. Days are those of UTC.',
  columns: {
    id: varchar(20).primaryKey(),
    date: date(),
    words: varchar(2000).describe('As they were typed, blanks and all.'),
    results: integer().describe('How many events were found.'),
    first_event_id: bigint().nullable().describe('The best of them.'),
    user_id: bigint().nullable().describe('Null where they did not log in.'),
    visitor: char(32),
    device: varchar(10),
    searched_at: timestamptz(),
  },
  measures: (rows) => ({
    visitors: distinct(rows.visitor),
    average_results: average(rows.results),
  }),
  sort: ['date', 'searched_at'],
  publish: { partition: 'date' },
  from: search.documents<Search>({ index: (day) => `searches-${day.replaceAll('-', '.')}` }),
  row: ({ _id, words, found, total, user, visitor, device, searched_at }) => ({
    id: _id,
    date: searched_at.slice(0, 10),
    words,
    results: total,
    first_event_id: found[0] ?? null,
    user_id: user?.id ?? null,
    visitor,
    device,
    searched_at,
  }),
})
