import { boolean, calendar, date, integer, smallint, table, unique, varchar } from '#lib'

const months =
  'January February March April May June July August September October November December'.split(' ')
const weekdays = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')

export const dim_date = table('dim_date', {
  description: 'One row for each day: join it by id, or by date.',
  columns: {
    id: integer().primaryKey().describe('The day as a number: 20261123.'),
    date: date(),
    year: smallint(),
    quarter: smallint().describe('1 to 4.'),
    month: smallint().describe('1 to 12.'),
    month_name: varchar(9),
    day: smallint().describe('Of the month.'),
    day_of_year: smallint(),
    weekday: smallint().describe('1 is Monday, 7 is Sunday.'),
    weekday_name: varchar(9),
    is_weekend: boolean(),
    iso_week: smallint().describe('The week as ISO 8601 counts it, 1 to 53.'),
    iso_year: smallint().describe('The year that iso_week belongs to.'),
    is_last_day_in_month: boolean(),
  },
  checks: (rows) => [unique(rows.id), unique(rows.date)],
  dist: 'all',
  sort: ['id'],
  from: calendar('2009-01-01', '2029-12-31'),
  row: (day) => ({
    id: day.year * 10_000 + day.month * 100 + day.day,
    date: day.iso,
    year: day.year,
    quarter: day.quarter,
    month: day.month,
    month_name: months[day.month - 1] ?? '',
    day: day.day,
    day_of_year: day.dayOfYear,
    weekday: day.weekday,
    weekday_name: weekdays[day.weekday - 1] ?? '',
    is_weekend: day.weekday > 5,
    iso_week: day.isoWeek,
    iso_year: day.isoYear,
    is_last_day_in_month: day.isLastDayOfMonth,
  }),
})
