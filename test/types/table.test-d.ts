/** What the compiler must refuse. Each line below an `@ts-expect-error` fails the type check. */
import {
  accepted,
  average,
  bigint,
  boolean,
  calendar,
  copy,
  date,
  decimal,
  distinct,
  fresh,
  generator,
  integer,
  mirror,
  mysql,
  none,
  references,
  rowCount,
  s3,
  smallint,
  spark,
  sql,
  sum,
  super_,
  table,
  timestamptz,
  transform,
  unique,
  varbyte,
  varchar,
} from '#lib'

const days = calendar('2026-01-01', '2026-12-31')
const columns = { id: integer().primaryKey(), name: varchar(20), note: varchar(20).nullable() }

table('whole', {
  columns,
  from: days,
  row: (day) => ({ id: day.year, name: day.iso, note: null }),
})

table('missing_column', {
  columns,
  from: days,
  // @ts-expect-error name is missing
  row: (day) => ({ id: day.year, note: null }),
})

table('extra_column', {
  columns,
  from: days,
  // @ts-expect-error nickname is no column
  row: (day) => ({ id: day.year, name: day.iso, note: null, nickname: 'x' }),
})

table('mistyped_column', {
  columns,
  from: days,
  // @ts-expect-error name is text
  row: (day) => ({ id: day.year, name: day.year, note: null }),
})

table('null_in_not_null', {
  columns,
  from: days,
  // @ts-expect-error name is not nullable
  row: (day) => ({ id: day.year, name: null, note: null }),
})

table('missing_in_rows', {
  columns,
  from: days,
  // @ts-expect-error name is missing
  *rows(day) {
    yield { id: day.year, note: null }
  },
})

table('extra_in_rows', {
  columns,
  from: days,
  // @ts-expect-error nickname is no column
  *rows(day) {
    yield { id: day.year, name: day.iso, note: null, nickname: 'x' }
  },
})

table(
  'no_rows',
  // @ts-expect-error neither row nor rows
  { columns, from: days },
)

table('unknown_field', {
  columns,
  from: days,
  // @ts-expect-error a day has no `yeer`
  row: (day) => ({ id: day.yeer, name: day.iso, note: null }),
})

table('unknown_sort', {
  columns,
  // @ts-expect-error idd is no column
  sort: ['idd'],
  from: days,
  row: (day) => ({ id: day.year, name: day.iso, note: null }),
})

table('unknown_dist', {
  columns,
  // @ts-expect-error idd is no column
  dist: 'idd',
  from: days,
  row: (day) => ({ id: day.year, name: day.iso, note: null }),
})

table('merge_by_unknown', {
  columns,
  // @ts-expect-error updated_at is no column
  publish: { merge: 'updated_at' },
  from: days,
  row: (day) => ({ id: day.year, name: day.iso, note: null }),
})

table('partition_by_number', {
  columns: { id: integer(), date: date() },
  // @ts-expect-error id is no date
  publish: { partition: 'id' },
  from: days,
  row: (day) => ({ id: day.year, date: day.iso }),
})

const typed = generator(function* () {
  yield { big: 2n ** 63n - 1n, price: '12.30', at: new Date(0), doc: { a: [1, null] } }
})
table('every_digit', {
  columns: { big: bigint(), price: decimal(10, 2), at: timestamptz(), doc: super_() },
  from: typed,
  row: (record) => record,
})
table('lost_digits', {
  columns: { big: integer(), bytes: varbyte(10).default(new Uint8Array()) },
  from: typed,
  // @ts-expect-error an integer is never a bigint
  row: (record) => ({ big: record.big }),
})
table('with_default', {
  columns: { id: integer(), is_open: boolean().default(false) },
  from: days,
  row: (day) => ({ id: day.year }),
})
// @ts-expect-error a default is of the column's type
boolean().default('no')

const production = mysql('production', { secret: 'usher/production' })
const events = mirror(production.table('events'), {
  columns: { id: bigint().primaryKey(), title: varchar(255), rank: smallint().nullable() },
  sort: ['id'],
})
mirror(production.table('events'), {
  columns: { id: bigint().primaryKey() },
  // @ts-expect-error title is not declared
  dist: 'title',
})

mirror(production.table('events', { without: ['internal_note'] }), {
  columns: { id: bigint().primaryKey().pinned(), rank: smallint().pinned().nullable() },
})
mirror(production.table('events', { without: 'others' }), { columns: { id: bigint() } })
// @ts-expect-error a list of names, or all others
production.table('events', { without: 'internal_note' })

transform('good', {
  select: {
    event_id: events.id,
    title: events.title.nullable(),
    events: integer().as(sql`count(*)`),
  },
  from: sql`${events} where ${events.id} > ${5} group by 1, 2`,
  dist: 'event_id',
})

transform('wrong_column', {
  select: {
    // @ts-expect-error events has no column titel
    title: events.titel,
  },
  from: sql`${events}`,
})

transform('wrong_column_in_sql', {
  select: { title: events.title },
  // @ts-expect-error events has no column titel
  from: sql`${events} where ${events.titel} <> ''`,
})

transform('not_computed', {
  // @ts-expect-error integer() says nothing of how it is computed
  select: { events: integer() },
  from: sql`${events}`,
})

transform('wrong_sort', {
  select: { event_id: events.id },
  from: sql`${events}`,
  // @ts-expect-error id is called event_id here
  sort: ['id'],
})

const whole = transform('by_query', {
  columns: { id: bigint(), total: decimal(38, 2) },
  query: sql`with all_events as (select ${events.id} from ${events}) select id, 1 as total from all_events`,
  publish: 'replace',
})
// @ts-expect-error not a column of it
void whole.title

// @ts-expect-error undefined cannot stand in SQL
void sql`select ${undefined}`
// @ts-expect-error nor can any object
void sql`select ${{ id: 1 }}`
// @ts-expect-error a column without SQL neither
void sql`select ${integer()}`

const logs = s3('logs', { bucket: 'logs' })
const path = 'clicks/{yyyy}/{mm}/{dd}/'
const dated = { columns: { ...columns, day: date() }, publish: { partition: 'day' } } as const
const files = logs.files({ path, format: { kind: 'json' } })
copy('clicks', { ...dated, from: files })
// @ts-expect-error files are of a day: which column is it?
copy('clicks', { columns, from: files })
// @ts-expect-error records are copied by nobody
copy('clicks', { ...dated, from: logs.records({ path, format: { kind: 'json' } }) })
mirror(logs.records({ path, format: { kind: 'json' } }), { ...dated, name: 'clicks' })
mirror(logs.records({ path, format: { kind: 'csv', header: 1 } }), { ...dated, name: 'clicks' })
// @ts-expect-error without a header there are no names to find the columns by
mirror(logs.records({ path, format: { kind: 'csv' } }), { ...dated, name: 'clicks' })
// @ts-expect-error a bucket has no secret
s3('logs', { bucket: 'logs', secret: 'usher/logs' })

const large = production.table('orders')
const changing = {
  id: bigint().primaryKey(),
  title: varchar(255),
  updated_at: timestamptz(),
  price: decimal(10, 2),
}
mirror(large, { columns: changing, incremental: { cursor: 'updated_at' } })
mirror(large, {
  columns: changing,
  incremental: { cursor: 'updated_at', overlap: { minutes: 90 }, reconcile: { days: 7 } },
  chunks: { by: 'id', rows: 1_000_000, connections: 4 },
})
mirror(large, {
  columns: changing,
  incremental: { cursor: 'id', overlap: 1000, reconcile: 'never' },
})
mirror(large, {
  columns: changing,
  // @ts-expect-error updated is no column
  incremental: { cursor: 'updated' },
})
mirror(large, {
  columns: changing,
  // @ts-expect-error text has no order that changes follow
  incremental: { cursor: 'title' },
})
mirror(large, {
  columns: changing,
  // @ts-expect-error a number's overlap is a number
  incremental: { cursor: 'id', overlap: { minutes: 15 } },
})
mirror(large, {
  columns: changing,
  // @ts-expect-error a time's overlap is in minutes
  incremental: { cursor: 'updated_at', overlap: 15 },
})
mirror(large, {
  columns: changing,
  // @ts-expect-error ids is no column
  chunks: { by: 'ids' },
})
mirror(large, {
  columns: changing,
  // @ts-expect-error chunks go by a whole number
  chunks: { by: 'title' },
})
mirror(logs.records({ path, format: { kind: 'json' } }), {
  ...dated,
  name: 'clicks',
  // @ts-expect-error files know no changes
  incremental: { cursor: 'id' },
})

const numbers = table('numbers', {
  columns: { small: smallint() },
  from: days,
  row: (day) => ({ small: day.month }),
})
const seats = table('seats', {
  columns: { id: bigint(), code: varchar(8), opens: date(), note: super_(), sold: boolean() },
  checks: (rows) => [
    unique(rows.id),
    unique(rows.code, rows.opens),
    accepted(rows.code, ['A1', 'A2']),
    accepted(rows.sold, [true]),
    references(rows.id, numbers.small),
    fresh(rows.opens, { days: 2 }),
    rowCount({ between: [0.5, 2], least: 1 }),
    none('ids are not negative', sql`select ${rows.id} from ${rows} where ${rows.id} < 0`),
  ],
  from: days,
  row: (day) => ({ id: day.year, code: day.iso, opens: day.iso, note: null, sold: true }),
})

transform('checked', {
  select: { seat: seats.id, seen: integer().as(sql`count(*)`) },
  from: sql`${seats} group by 1`,
  checks: (rows) => [
    unique(rows.seat),
    references(rows.seat, seats.id),
    accepted(rows.seen, [1, 2]),
    // @ts-expect-error code is not selected
    unique(rows.code),
  ],
})

mirror(production.table('seats'), {
  columns: {
    id: bigint().primaryKey(),
    code: varchar(8),
    note: super_(),
    opens: date().nullable(),
  },
  checks: (rows) => [
    fresh(rows.opens, { hours: 36 }),
    // @ts-expect-error codes is no column
    unique(rows.codes),
    // @ts-expect-error a document cannot be compared
    unique(rows.note),
    // @ts-expect-error 1 is no text
    accepted(rows.code, ['A1', 1]),
    // @ts-expect-error an id is no text
    references(rows.code, seats.id),
    // @ts-expect-error a code is no time
    fresh(rows.code, { hours: 36 }),
    // @ts-expect-error an age has a unit
    fresh(rows.opens, 36),
    // @ts-expect-error a share has two ends
    rowCount({ between: [0.5] }),
    // @ts-expect-error codes is no column
    none('no codes', sql`select ${rows.codes} from ${rows}`),
  ],
})

varchar(20).nullable().truncated().describe('Cut')
// @ts-expect-error only a VARCHAR is cut
integer().truncated()

transform('measured', {
  select: { seat: seats.id, code: seats.code, opens: seats.opens, note: seats.note },
  from: sql`${seats}`,
  joins: (rows) => [
    references(rows.seat, numbers.small),
    // @ts-expect-error a code is no number
    references(rows.code, seats.id),
  ],
  measures: (rows) => ({
    seats: distinct(rows.seat),
    total: sum(rows.seat),
    // @ts-expect-error text is not added up
    letters: sum(rows.code),
    // @ts-expect-error nor are days averaged
    middle: average(rows.opens),
    // @ts-expect-error documents cannot be compared
    notes: distinct(rows.note),
    // @ts-expect-error seen is no column
    seen: sum(rows.seen),
  }),
})

transform('joined', {
  select: { seat: seats.id },
  from: sql`${seats}`,
  // @ts-expect-error what is unique joins nothing
  joins: (rows) => [unique(rows.seat)],
})

const made = { columns: { id: integer() }, script: new URL('made.py', import.meta.url) }
const source = table('source', {
  columns,
  from: days,
  row: () => ({ id: 1, name: '', note: null }),
})

spark('made', { ...made, reads: { source } })

spark('made_of_some', {
  ...made,
  reads: { some: { select: { id: source.id }, from: sql`${source}` } },
})

// @ts-expect-error a script is a URL, beside the file
spark('script_by_name', { ...made, script: 'made.py', reads: { source } })

// @ts-expect-error what it reads is said
spark('reads_nothing', { ...made })

// @ts-expect-error a column by itself is no table
spark('reads_a_column', { ...made, reads: { id: source.id } })

// @ts-expect-error there is no column of that name
spark('reads_no_column', { ...made, reads: { a: { select: { id: source.title }, from: sql`` } } })

// @ts-expect-error a job has no memory of a function
spark('with_resources', { ...made, reads: { source }, resources: { memory: 1024 } })

// @ts-expect-error it is not sorted by what is no column
spark('sorted', { ...made, reads: { source }, sort: ['title'] })
