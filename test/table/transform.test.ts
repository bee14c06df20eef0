import { describe, expect, it } from '@jest/globals'
import { alias, calendar, date, integer, runDate, sql, table, transform, varchar } from '#lib'
import { definition } from '../../lib/table/definition.ts'
import { render } from '../../lib/table/sql.ts'

const make = (name: string, schema?: string) =>
  table(name, {
    schema,
    columns: { id: integer().primaryKey(), name: varchar(20), day: date() },
    from: calendar('2026-01-01', '2026-01-02'),
    row: (day) => ({ id: day.day, name: day.iso, day: day.iso }),
  })
const events = make('events')
const clicks = make('clicks')
const legacyEvents = make('events', 'legacy')

const textOf = (made: ReturnType<typeof transform>) => {
  const own = made[definition].made
  if (own.by !== 'transform') throw new Error('no transform')
  return render(own.query, { runDate: '2026-11-23' })
}

describe('sql', () => {
  it('quotes tables and columns, and binds every other value', () => {
    const name = `it's \\ "quoted"`
    const { text, parameters } = render(
      sql`select ${events.name} from ${events} where ${events.name} = ${name}`,
      {
        runDate: '2026-11-23',
      },
    )
    expect(text).toBe('select "events"."name" from "public"."events" where "events"."name" = :p1')
    expect(parameters).toEqual({ p1: name })
  })
  it('writes numbers, booleans, NULL and the empty string as they are', () => {
    expect(render(sql`${1} ${true} ${null} ${''} ${10n}`, { runDate: '' }).text).toBe(
      "1 true null '' 10",
    )
  })
  it('binds the run date as a date', () => {
    expect(render(sql`d = ${runDate}`, { runDate: '2026-11-23' })).toEqual({
      text: 'd = cast(:p1 as date)',
      parameters: { p1: '2026-11-23' },
    })
  })
})

describe('transform', () => {
  it('selects each column under its name, and needs the tables it mentions', () => {
    const made = transform('demand', {
      select: { event: events.name, clicks: integer().as(sql`count(${clicks.id})`) },
      from: sql`${clicks} join ${events} on ${events.id} = ${clicks.id} group by 1`,
    })
    expect(textOf(made as never).text).toBe(
      'select "events"."name" as "event", count("clicks"."id") as "clicks" from "public"."clicks" ' +
        'join "public"."events" on "events"."id" = "clicks"."id" group by 1',
    )
    expect(made[definition].needs.map(({ id }) => id)).toEqual(['clicks', 'events'])
  })
  it('takes the columns of a whole query by name', () => {
    const made = transform('latest', {
      columns: { id: integer() },
      query: sql`with x as (select * from ${events}) select id, 1 as more from x`,
    })
    expect(textOf(made as never).text).toBe(
      'select "id" from (with x as (select * from "public"."events") select id, 1 as more from x) as "query"',
    )
  })
  it('joins a table with itself under an alias', () => {
    const other = alias(events, 'other')
    const made = transform('pairs', {
      select: { a: events.id, b: other.id },
      from: sql`${events} join ${other} on ${other.day} = ${events.day}`,
    })
    expect(textOf(made as never).text).toContain(
      'join "public"."events" as "other" on "other"."day"',
    )
  })
  it('refuses two tables of one name without an alias', () => {
    expect(() =>
      transform('both', {
        select: { id: events.id },
        from: sql`${events} join ${legacyEvents} on true`,
      }),
    ).toThrow("both: events and legacy.events have one name here: use alias(table, 'name')")
  })
  it('refuses a column of a table that is not in its from', () => {
    expect(() => transform('lost', { select: { id: clicks.id }, from: sql`${events}` })).toThrow(
      'lost: uses clicks.id, but clicks is not in its from',
    )
  })
  it.each([
    ['left join', sql`${events} left join ${clicks} on true`, 'clicks'],
    ['left outer join', sql`${events} LEFT OUTER JOIN ${clicks} on true`, 'clicks'],
    ['full join', sql`${clicks} full join ${events} on true`, 'clicks'],
    ['right join', sql`${clicks} right join ${events} on true`, 'clicks'],
  ])('asks for .nullable() on a column that a %s may leave NULL', (_join, from) => {
    expect(() => transform('maybe', { select: { id: clicks.id }, from })).toThrow(
      'maybe: id is NULL where the outer join finds no match: write clicks.id.nullable()',
    )
    expect(() => transform('maybe', { select: { id: clicks.id.nullable() }, from })).not.toThrow()
  })
})

describe('table', () => {
  it.each([
    ['Events', { id: integer() }, "the table name 'Events' must be lower-case"],
    ['events', { Id: integer() }, "the column name 'Id' must be lower-case"],
    ['events', {}, 'has no columns'],
    [
      'events',
      { id: integer().primaryKey().nullable() },
      'id is both .primaryKey() and .nullable()',
    ],
    [
      'events',
      { id: varchar(9).primaryKey().truncated() },
      'id is both .primaryKey() and .truncated(): cut, two keys might be one',
    ],
  ])('refuses %s with %p', (name, columns, problem) => {
    expect(() =>
      table(name, {
        columns,
        from: calendar('2026-01-01', '2026-01-01'),
        row: () => ({}) as never,
      }),
    ).toThrow(problem)
  })
  it('refuses to cut what no row of passes through it', () => {
    const columns = { id: varchar(9).truncated() }
    expect(() => transform('t', { columns, query: sql`select 1` })).toThrow(
      't: id is .truncated(), which is done where rows are read one by one: its SQL can say left()',
    )
  })
  it('refuses to merge without a primary key', () => {
    expect(() =>
      table('m', {
        columns: { id: integer() },
        publish: { merge: 'id' },
        from: calendar('2026-01-01', '2026-01-01'),
        row: () => ({ id: 1 }),
      }),
    ).toThrow('m: publish merges by the primary key, and no column is .primaryKey()')
  })
})
