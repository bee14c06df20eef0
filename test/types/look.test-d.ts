/** What the compiler must refuse. Each line below an `@ts-expect-error` fails the type check. */
import { bars, calendar, date, integer, line, look, points, sql, table } from '#lib'

const days = table('days', {
  columns: { id: integer().primaryKey(), day: date(), sales: integer() },
  from: calendar('2026-01-01', '2026-12-31'),
  row: ({ iso, year }) => ({ id: year, day: iso, sales: 1 }),
})

const select = { day: days.day, sales: integer().as(sql`sum(${days.sales})`) }
const from = sql`${days} group by 1`

look('whole', { title: 'Sales', select, from, mark: line({ over: 'day', value: 'sales' }) })

look('whole_query', {
  title: 'Sales',
  columns: { day: date(), sales: integer() },
  query: sql`select ${days.day} as day, ${days.sales} as sales from ${days}`,
  mark: bars({ label: 'day', value: 'sales' }),
})

look('wrong_column', {
  title: 'Sales',
  select,
  from,
  // @ts-expect-error amount is no column
  mark: bars({ label: 'day', value: 'amount' }),
})

// @ts-expect-error a line goes over something
look('missing_channel', { title: 'Sales', select, from, mark: line({ value: 'sales' }) })

look('no_colour', {
  title: 'Sales',
  select,
  from,
  // @ts-expect-error weekday is no column
  mark: bars({ label: 'day', value: 'sales', colour: 'weekday' }),
})

// @ts-expect-error a look has a title
look('untitled', { select, from, mark: bars({ label: 'day', value: 'sales' }) })

look('points_need_places', {
  title: 'Sales',
  select,
  from,
  // @ts-expect-error there is no latitude
  mark: points({ latitude: 'latitude', longitude: 'day', size: 'sales', label: 'day' }),
})
