import { describe, expect, it } from '@jest/globals'
import { bigint, date, generator, integer, runDate, spark, sql, super_, table, varchar } from '#lib'
import { unloadStatement } from '../../lib/redshift/unload.ts'
import { definition, isOfItsDate, sourceOf } from '../../lib/table/definition.ts'

const events = table('events', {
  columns: { id: bigint().primaryKey(), title: varchar(255), day: date() },
  from: generator(() => []),
  row: () => ({ id: 1, title: '', day: '2026-11-23' }),
})
const documents = table('documents', {
  columns: { body: super_() },
  from: generator(() => []),
  row: () => ({ body: {} }),
})
const script = new URL('demand.py', import.meta.url)
const columns = { id: bigint() }

const demand = spark('demand', {
  columns,
  script,
  reads: {
    events,
    some: {
      select: { id: events.id, long: integer().as(sql`len(${events.title})`) },
      from: sql`${events} where ${events.day} = ${runDate} and ${events.title} <> ${"it's \\"}`,
    },
  },
})

describe('a table that Spark makes', () => {
  it('needs what its script reads, has an hour, and is of its date', () => {
    const own = demand[definition]
    expect(own.needs.map(({ id }) => id)).toEqual(['events'])
    expect(own.made).toMatchObject({ by: 'spark', minutes: 60 })
    expect(sourceOf(own)?.name).toBe('spark')
    expect(isOfItsDate(own)).toBe(true)
  })

  it('is unloaded with its values written out, since a query in text takes no parameters', () => {
    const { made } = demand[definition]
    const options = { date: '2026-11-23', role: 'arn:aws:iam::111111111111:role/copy' }
    const reads = made.by === 'spark' ? made.reads : []
    const texts = reads.map(
      (read) => unloadStatement(read, `s3://b/in/${read.name}/`, options).text,
    )
    expect(texts).toEqual([
      `unload ('select "events"."id" as "id", "events"."title" as "title", "events"."day" as "day" from "public"."events"')
to 's3://b/in/events/'
iam_role 'arn:aws:iam::111111111111:role/copy'
format parquet manifest verbose allowoverwrite`,
      `unload ('select "events"."id" as "id", len("events"."title") as "long" from "public"."events" where "events"."day" = cast(''2026-11-23'' as date) and "events"."title" <> ''it''''s \\\\\\\\''')
to 's3://b/in/some/'
iam_role 'arn:aws:iam::111111111111:role/copy'
format parquet manifest verbose allowoverwrite`,
    ])
    const [first] = reads
    if (!first) throw new Error('reads nothing')
    const { text } = unloadStatement(first, 's3://b/in/', { ...options, key: '0-1' })
    expect(text).toMatch(/allowoverwrite\nkms_key_id '0-1' encrypted$/)
  })

  it.each([
    [{ reads: {} }, 'demand: its script reads nothing: name a table in reads'],
    [
      { reads: { run_date: events } },
      'demand.reads.run_date: its name is an argument of the script',
    ],
    [{ reads: { Events: events } }, 'demand.reads.Events: its name is an argument of the script'],
    [{ reads: { gone: undefined as never } }, 'demand.reads.gone: is undefined'],
    [
      { reads: { documents } },
      'demand.reads.documents: body is super, which is not unloaded: select json_serialize of it',
    ],
    [
      { reads: { a: { select: { id: events.id }, from: sql`${documents}` } } },
      'demand.reads.a: uses events.id, but events is not in its from',
    ],
    [{ minutes: 0 }, 'demand: minutes is 0: give a whole number from 1 to 1080'],
    [{ script: new URL('demand.scala', import.meta.url) }, 'is no .py file'],
    [{ columns: { id: varchar(5).truncated() } }, 'its script can say substring()'],
  ])('is refused with %o', (wrong, problem) => {
    const traits = { columns, script, reads: { events }, ...wrong }
    expect(() => spark('demand', traits as never)).toThrow(problem)
  })
})
