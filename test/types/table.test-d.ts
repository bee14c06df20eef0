import { alias, bigint, boolean, calendar, date, generator, integer, mirror, mysql, runDate, smallint, sql, table, timestamp, transform, varchar } from '#lib'
const dim_date = table('dim_date', {
  columns: { id: integer().primaryKey(), date: date(), year: smallint(), note: varchar(10).nullable(), is_last: boolean().default(false) },
  dist: 'all',
  sort: ['id'],
  from: calendar('2009-01-01', '2029-12-31'),
  row: (day) => ({ id: day.year, date: day.iso, year: day.year, note: null }),
})
const y: typeof dim_date.year = dim_date.year
export const e = table('e', {
  columns: { id: integer(), year: smallint() },
  from: calendar('2009-01-01', '2029-12-31'),
  row: (day) => ({ id: 1, year: day.year, extra: 2 }),
})
export const e2 = table('e', {
  columns: { id: integer(), year: smallint() },
  from: calendar('2009-01-01', '2029-12-31'),
  row: (day) => ({ id: 1 }),
})
export const e3 = table('e', {
  columns: { id: integer(), year: smallint() },
  from: calendar('2009-01-01', '2029-12-31'),
  row: (day) => ({ id: 1, year: 'x' }),
})
export const e4 = table('e', {
  columns: { id: integer(), year: smallint() },
  sort: ['idd'],
  dist: 'nope',
  from: calendar('2009-01-01', '2029-12-31'),
  rows: function* (day) { yield { id: 1, year: 1, extra: 2 } },
})
export const e5 = table('e', {
  columns: { id: integer(), year: smallint() },
  from: calendar('2009-01-01', '2029-12-31'),
  rows: function* (day) { yield { id: day.iso, year: null } },
})
export const t = transform('t', {
  select: { id: dim_date.id, n: integer().as(sql`count(*)`), note: dim_date.note },
  from: sql`${dim_date} group by 1`,
  dist: 'id',
})
export const t2 = transform('t', {
  select: { id: dim_date.idd, n: integer() },
  from: sql`${dim_date} group by ${undefined}`,
  dist: 'idx',
})
export const t3 = transform('t', {
  columns: { id: integer(), d: date() },
  query: sql`with x as (select ${t.n} from ${t}) select * from x`,
  publish: { partition: 'id' },
})
void [y, alias, bigint, generator, mirror, mysql, runDate, timestamp, t.note, t3.d]
export const e6 = table('e', {
  columns: { id: integer(), year: smallint() },
  from: calendar('2009-01-01', '2029-12-31'),
  rows: function* (day) {
    yield { id: 1, year: day.year, extra: 2 }
  },
})
export const e7 = table('e', {
  columns: { id: integer(), year: smallint() },
  from: calendar('2009-01-01', '2029-12-31'),
})
export const e8 = table('e', {
  columns: { id: integer(), year: smallint() },
  from: calendar('2009-01-01', '2029-12-31'),
  row: (day) => ({
    id: 1,
    year: 'x',
  })
})
export const e9 = table('e', {
  columns: { id: integer(), year: smallint() },
  from: calendar('2009-01-01', '2029-12-31'),
  row(day) {
    const year = day.year
    return {
      id: 1,
      year,
      zzz: 12,
    }
  }
})
