import {
  accepted,
  date as day,
  generator,
  integer,
  mirror,
  runDate,
  sql,
  table,
  timestamp,
  transform,
  varchar,
} from '#lib'
import { production } from '../../warehouse/sources.ts'
import { DATE, EVE } from './dates.ts'
import { drops, tideNow, WORDS } from './tide.ts'

/** Tables of the source that changes, one of each way of publishing. */

const columns = { id: integer().primaryKey(), word: varchar(30), changed: timestamp() }

/** All rows, of which each says the night that read it. */
const tide_whole = table('tide_whole', {
  columns,
  from: generator(({ date }) => drops().map((row) => ({ ...row, word: `${row.word} ${date}` }))),
  row: (row) => row,
})

const tide_merged = table('tide_merged', {
  columns,
  publish: { merge: 'changed' },
  from: generator(drops),
  row: (row) => row,
})

const tide_days = table('tide_days', {
  columns: { day: day(), ...columns },
  publish: { partition: 'day' },
  from: generator(({ date }) => drops().map((row) => ({ day: date, ...row }))),
  row: (row) => row,
})

const tide_checked = table('tide_checked', {
  columns,
  checks: (rows) => [accepted(rows.word, WORDS)],
  from: generator(drops),
  row: (row) => row,
})

const tide_checked_days = table('tide_checked_days', {
  columns: { day: day(), ...columns },
  publish: { partition: 'day' },
  checks: (rows) => [accepted(rows.word, WORDS)],
  from: generator(({ date }) => drops().map((row) => ({ day: date, ...row }))),
  row: (row) => row,
})

/** The rows of a day are what they are, whenever they are read. */
const settled_days = table('settled_days', {
  columns: { day: day(), ...columns },
  publish: { partition: 'day' },
  from: generator(({ date }) => [1, 2].map((id) => ({ day: date, id, ...settled(date) }))),
  row: (row) => row,
})
const settled = (date: string) => ({ word: date, changed: `${date} 00:00:00` })

/** Of days of which each may still change on the next, but for those that are long gone. */
const tide_window = table('tide_window', {
  columns: { day: day(), ...columns },
  publish: { partition: 'day' },
  from: {
    ...generator(({ date }) =>
      date < EVE
        ? [{ day: date, id: 1, ...settled(date) }]
        : drops().map((row) => ({ day: date, ...row })),
    ),
    days: { count: 2, fingerprint: async ({ date }) => (date < EVE ? date : String(tideNow())) },
  },
  row: (row) => row,
})

/** The table whose rows are refused on the date of the nights that are disturbed. */
export const REFUSED = 'tide_made'
const tide_made = transform(REFUSED, {
  select: {
    id: tide_whole.id,
    word: varchar(30).as(sql`case when ${runDate} = ${DATE} then 'bad' else 'new' end`),
  },
  from: sql`${tide_whole}`,
  checks: (rows) => [accepted(rows.word, WORDS)],
})

/** Of which changes alone are read, and keys never or every night. */
const incremental = (name: string, reconcile: 'never' | { readonly days: number }) =>
  mirror(production.table('tides'), {
    name,
    columns,
    checks: (rows) => [accepted(rows.word, WORDS)],
    incremental: { cursor: 'changed', overlap: { minutes: 15 }, reconcile },
  })

/** All of them; those of MySQL where there is one. */
export const tidal = (hasMysql: boolean): object[] => [
  ...[tide_whole, tide_merged, tide_days, settled_days, tide_window],
  ...[tide_checked, tide_checked_days, tide_made],
  ...(hasMysql
    ? [incremental('tide_changes', 'never'), incremental('tide_keys', { days: 1 })]
    : []),
]
