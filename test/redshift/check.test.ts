import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  accepted,
  boolean,
  date,
  decimal,
  fresh,
  generator,
  integer,
  none,
  references,
  rowCount,
  sql,
  table,
  timestamptz,
  transform,
  unique,
  varbyte,
  varchar,
} from '#lib'
import { Failure } from '../../lib/error.ts'
import type { Bucket } from '../../lib/manifest/bucket.ts'
import { extract } from '../../lib/manifest/extract.ts'
import type { Warehouse } from '../../lib/redshift/client.ts'
import { loadTable, transformTable } from '../../lib/redshift/load.ts'
import type { Check } from '../../lib/table/check.ts'
import { definition, type Tabled } from '../../lib/table/definition.ts'
import type { Table } from '../../lib/table/table.ts'
import { startWarehouse, type WarehouseStage } from './stage.ts'

interface Sale {
  readonly id: number
  readonly day: string
  readonly email: string | null
  readonly status: string
  readonly amount: string
  readonly event_id: number | null
  readonly token: Uint8Array | null
  readonly sold_at: string
  readonly is_paid: boolean
}

const sale = (id: number, more: Partial<Sale> = {}): Sale => ({
  ...{ id, day: '2026-11-23', email: `${id}@example.com`, status: 'paid', amount: '9.50' },
  ...{ event_id: 1, token: null, sold_at: '2026-11-23T12:00:00Z', is_paid: true },
  ...more,
})

let stage: WarehouseStage
let bucket: Bucket
let warehouse: Warehouse
let rows: Sale[] = []

beforeAll(async () => {
  stage = await startWarehouse()
  ;({ bucket, warehouse } = stage)
  await change('create table events (id integer)')
  await change('insert into events values (1), (2)')
})
afterAll(() => stage.stop())
beforeEach(() => {
  rows = [sale(1), sale(2), sale(3)]
})

const events = table('events', {
  columns: { id: integer().primaryKey() },
  from: generator(() => [{ id: 1 }]),
  row: (row) => row,
})
const columns = {
  id: integer().primaryKey(),
  day: date(),
  email: varchar(100).nullable(),
  status: varchar(20),
  amount: decimal(10, 2),
  event_id: integer().nullable(),
  token: varbyte(16).nullable(),
  sold_at: timestamptz(),
  is_paid: boolean(),
}
type Checks = (rows: Table<typeof columns>) => readonly Check[]
type Publish = 'replace' | { merge: 'amount' } | { partition: 'day' }
const sales = (name: string, checks: Checks, publish: Publish = 'replace') =>
  table(name, { columns, publish, checks, from: generator(() => rows), row: (row) => row })

const copyRole = 'arn:aws:iam::111111111111:role/copy'
let attempts = 0
interface More {
  readonly warehouse?: Warehouse
  readonly day?: string
  readonly run?: string
  readonly force?: boolean
  readonly accept?: (found: string) => void
}
async function load(made: Tabled, { day = '2026-11-23', ...more }: More = {}) {
  const own = made[definition]
  const run = `run-${++attempts}`
  const work = { warehouse, table: own, date: day, run, ...more }
  if (own.made.by === 'transform') return transformTable(work)
  const prefix = `staging/${own.id}/${attempts}`
  const signal = new AbortController().signal
  await extract({ table: own, date: day, bucket, prefix, signal })
  return loadTable({ ...work, bucket, prefix, copyRole })
}
const change = (text: string) =>
  warehouse.transaction(`change ${++attempts}`, [{ text, parameters: {} }])
const ask = async (text: string) =>
  (await warehouse.query({ text, parameters: {} })).map((row) => Object.values(row).join(' '))
const failureOf = (load: Promise<unknown>): Promise<Error> =>
  load.then(
    (rows) => expect(rows).toBe('a failure'),
    (error) => error,
  ) as never

describe('a check', () => {
  const cases: [string, Checks, Partial<Sale>[], string][] = [
    [
      'one_each',
      (rows) => [unique(rows.email)],
      [{ email: 'one@example.com' }, { email: 'one@example.com' }],
      `email is unique: 2 rows break it: id '4', email 'one@example.com'; id '5', email 'one@example.com'`,
    ],
    [
      'unique_together',
      (rows) => [unique(rows.event_id, rows.token)],
      [{ token: Buffer.from('ab') }, { token: Buffer.from('ab') }],
      `event_id, token are unique: 2 rows break it: id '4', event_id '1', token '6162';`,
    ],
    [
      'accepted',
      (rows) => [accepted(rows.status, ['paid', 'refunded', "it's: so"])],
      [{ status: "it's: so" }, { status: 'lost' }],
      `status is one of paid, refunded, it's: so: 1 row breaks it: id '5', status 'lost'`,
    ],
    [
      'accepted_numbers',
      (rows) => [accepted(rows.amount, ['9.5', 10])],
      [{ amount: '10.00' }, { amount: '10.01' }],
      `amount is one of 9.5, 10: 1 row breaks it: id '5', amount '10.01'`,
    ],
    [
      'accepted_days',
      (rows) => [accepted(rows.day, ['2026-11-23'])],
      [{ day: '2026-11-22' }],
      `day is one of 2026-11-23: 1 row breaks it: id '4', day '2026-11-22'`,
    ],
    [
      'accepted_booleans',
      (rows) => [accepted(rows.is_paid, [true])],
      [{ is_paid: true }, { is_paid: false }],
      `is_paid is one of true: 1 row breaks it: id '5', is_paid 'false'`,
    ],
    [
      'refers',
      (rows) => [references(rows.event_id, events.id)],
      [{ event_id: null }, { event_id: 7 }],
      `event_id is in events.id: 1 row breaks it: id '5', event_id '7'`,
    ],
    [
      'references_itself',
      (rows) => [references(rows.event_id, rows.id)],
      [{ event_id: 5 }, { event_id: 6 }],
      `event_id is in references_itself.id: 1 row breaks it: id '5', event_id '6'`,
    ],
    [
      'row_count',
      () => [rowCount({ least: 1, most: 4 })],
      [{}, {}],
      `rows are 1 at least, 4 at most: found '5', expected '1 to 4'`,
    ],
    [
      'fresh',
      (rows) => [fresh(rows.sold_at, { hours: 12 })],
      [],
      `the newest sold_at is 6 hours old at most: newest '2026-11-23 12:00:00+00'`,
    ],
    [
      'none',
      (rows) => [
        none('no price is negative', sql`select ${rows.id} from ${rows} where ${rows.amount} < 0`),
      ],
      [{}, { amount: '-1' }],
      `no price is negative: 1 row breaks it: id '5'`,
    ],
  ]
  it.each(cases)(
    'lets pass what is so, and says what is not: %s',
    async (name, checks, bad, said) => {
      const own = sales(name, checks)
      expect(await load(own)).toBe(3)
      rows = [...rows, ...bad.map((more, at) => sale(4 + at, more))]
      const { message } = await failureOf(
        name === 'fresh'
          ? load(sales(name, (rows) => [fresh(rows.sold_at, { hours: 6 })]))
          : load(own),
      )
      expect(message).toContain(`${name}: 1 of 1 checks failed. ${said}`)
      expect(await ask(`select count(*) from ${name}`)).toEqual(['3'])
    },
  )

  it.each([
    [{ hours: 36 }, true],
    [{ hours: 35 }, false],
    [{ days: 1.5 }, true],
  ])('takes an age of %j for one at the end of the run date: %s', async (age, passes) => {
    rows = [sale(1, { sold_at: '2026-11-22T12:00:00Z', day: '2026-11-22' })]
    const own = sales(`aged_${Object.values(age)}`.replace('.', '_'), (rows) => [
      fresh(rows.sold_at, age),
    ])
    if (passes) expect(await load(own)).toBe(1)
    else await expect(load(own)).rejects.toMatchObject({ name: 'CheckFailed' })
  })

  it('takes a day for old as its first moment is, and no rows at all for old', async () => {
    const own = sales('days_old', (rows) => [fresh(rows.day, { days: 1 })])
    expect(await load(own)).toBe(3)
    rows = [sale(1, { day: '2026-11-22' })]
    expect((await failureOf(load(own))).message).toContain(
      "the newest day is 1 days old at most: newest '2026-11-22'",
    )
    // Where none were before, none are not few.
    const none_yet = sales('days_none', (rows) => [fresh(rows.day, { days: 1 })])
    rows = []
    expect((await failureOf(load(none_yet))).message).toContain('at most: newest NULL')
  })

  it('knows how many rows are usual from the nights before, once there are three', async () => {
    const own = sales('usual', () => [rowCount({ between: [0.5, 1.5] })])
    const some = (count: number) => Array.from({ length: count }, (_, id) => sale(id))
    for (const [at, count] of [4, 90, 3].entries()) {
      rows = some(count)
      await load(own, { day: `2026-11-${18 + at}` })
    }
    rows = some(7)
    expect((await failureOf(load(own))).message).toContain(
      "usual: 1 of 1 checks failed. rows are 50 % to 150 % of the usual number: found '7', expected '2 to 6'",
    )
    rows = rows.slice(0, 6)
    expect(await load(own)).toBe(6)
    // A day that is loaded again is not compared with itself or later ones.
    rows = rows.slice(0, 1)
    expect(await load(own, { day: '2026-11-19', force: true })).toBe(1)
  })

  it('asks a late night that merges for no number of rows, and takes none from it', async () => {
    const own = sales('merged_late', () => [rowCount({ between: [0.5, 1.5], least: 3 })], {
      merge: 'amount',
    })
    const some = (count: number, amount: string) =>
      Array.from({ length: count }, (_, id) => sale(id, { amount }))
    for (const [at, amount] of ['1', '2', '3'].entries()) {
      rows = some(10, amount)
      expect(await load(own, { day: `2026-11-${18 + at}` })).toBe(10)
    }
    // Days that nobody had done come late, and what they have is older than what is there.
    for (const day of ['2026-11-17', '2026-11-16', '2026-11-15', '2026-11-14', '2026-11-13']) {
      rows = some(10, '0')
      expect(await load(own, { day })).toBe(0)
    }
    rows = some(8, '4')
    expect(await load(own, { day: '2026-11-21' })).toBe(8)
    rows = some(10, '5').slice(6)
    expect((await failureOf(load(own, { day: '2026-11-22' }))).message).toContain(
      "found '4', expected '5 to 15'",
    )
    expect(await ask('select max(amount), min(amount) from merged_late')).toEqual(['4.00 3.00'])
  })

  it('says all that is wrong at once, with five rows of each, and nothing else of them', async () => {
    rows = Array.from({ length: 1200 }, (_, id) => sale(id, { status: 'x', email: 'a@b.c' }))
    const own = sales('all_wrong', (rows) => [
      unique(rows.id),
      unique(rows.email),
      accepted(rows.status, ['1', '2', '3', '4', '5', '6', '7']),
      none('nothing is wrong with it', sql`select ${rows.id} / 0 from ${rows}`),
    ])
    const { name, message } = await failureOf(load(own))
    expect(name).toBe('CheckFailed')
    expect(message).toContain(
      'all_wrong: 3 of 4 checks failed. email is unique: 1,200 rows break it',
    )
    expect(message).toContain('status is one of 1, 2, 3, 4, 5 or 2 more: 1,200 rows break it')
    expect(message).toContain('nothing is wrong with it: ERROR: Divide by zero')
    expect(message.match(/id '\d+', status 'x'/g)).toHaveLength(5)
    expect(message).not.toContain('9.50')
  })
})

describe('rows that do not pass', () => {
  const paid = (rows: Table<typeof columns>) => [accepted(rows.status, ['paid'])]

  it('are set aside whole, and cleared away by the next load that passes', async () => {
    const own = sales('aside', paid)
    await load(own)
    rows = [sale(1, { amount: '1.00', token: Buffer.from('ab') }), sale(9, { status: 'lost' })]
    expect((await failureOf(load(own))).message).toBe(
      "aside: 1 of 1 checks failed. status is one of paid: 1 row breaks it: id '9', status 'lost'. " +
        'What was published before stays; the new rows are in usher.aside_aside. ' +
        'Mend them and run it again, or have them published as they are: ' +
        '"accept": ["aside"] in the input, or --accept aside',
    )
    expect(
      await ask('select id, amount, token, status from usher.aside_aside order by id'),
    ).toEqual(['1 1.00 6162 paid', '9 9.50  lost'])
    expect(await ask('select amount from aside')).toEqual(['9.50', '9.50', '9.50'])
    expect(await ask(`select count(*) from usher.loads where table_name = 'aside'`)).toEqual(['1'])
    // The next failure takes their place.
    rows = [sale(8, { status: 'odd' })]
    await failureOf(load(own))
    expect(await ask('select id from usher.aside_aside')).toEqual(['8'])
    rows = [sale(8)]
    expect(await load(own)).toBe(1)
    expect(await ask('select id from aside')).toEqual(['8'])
    await expect(ask('select id from usher.aside_aside')).rejects.toThrow('aside_aside')
  })

  it('are published where a person accepts them, who is told', async () => {
    const own = sales('taken', paid)
    await load(own)
    rows = [sale(9, { status: 'lost' })]
    const told: string[] = []
    expect(await load(own, { accept: (found) => told.push(found) })).toBe(1)
    expect(told).toEqual([
      "1 of 1 checks failed. status is one of paid: 1 row breaks it: id '9', status 'lost'",
    ])
    expect(await ask('select status from taken')).toEqual(['lost'])
    rows = [sale(1)]
    await load(own, { accept: (found) => told.push(found) })
    expect(told).toHaveLength(1)
  })

  it('are said not to be aside where there is no time, and looked at again where all passes', async () => {
    const own = sales('hurried', (rows) => [references(rows.event_id, events.id)])
    await load(own)
    rows = [sale(1, { event_id: 40 })]
    /** Something happens when the rows are about to be set aside. */
    const meanwhile = (what: () => Promise<unknown>): Warehouse => ({
      ...warehouse,
      async transaction(name, statements, deadline) {
        if (name.endsWith(' aside')) await what()
        return warehouse.transaction(name, statements, deadline)
      },
    })
    const late = meanwhile(() => {
      throw new Failure('StillRunning', 'the statement 17 goes on in Redshift')
    })
    await expect(load(own, { warehouse: late })).rejects.toMatchObject({
      name: 'CheckFailed',
      message:
        'hurried: its checks failed, and its new rows are still being set aside in ' +
        'usher.aside_hurried: the statement 17 goes on in Redshift',
    })
    expect(await ask('select event_id from hurried where id = 1')).toEqual(['1'])
    const mended = meanwhile(() => change('insert into events values (40)'))
    await expect(load(own, { warehouse: mended })).rejects.toMatchObject({
      name: 'Transient',
      message: expect.stringMatching(
        /^hurried: its checks failed in the load, and none of them fails for the rows alone\. What/,
      ),
    })
    rows = [sale(2, { event_id: 41 })]
    const again = meanwhile(() => change('insert into events values (41)'))
    const told: string[] = []
    const accept = (found: string) => told.push(found)
    expect(await load(own, { warehouse: again, accept })).toBe(1)
    expect(told).toEqual([expect.stringContaining('none of them fails for the rows alone')])
  })

  it('of a transform are set aside and accepted the same way', async () => {
    await change('create table counted (id integer)')
    await change('insert into counted values (1), (2)')
    const counted = table('counted', {
      columns: { id: integer() },
      from: generator(() => [{ id: 1 }]),
      row: (row) => row,
    })
    const own = transform('squares', {
      select: {
        id: counted.id.primaryKey(),
        square: integer().as(sql`${counted.id} * ${counted.id}`),
      },
      from: sql`${counted} where ${counted.id} <> ${99}`,
      checks: (rows) => [
        unique(rows.square),
        none(
          'no square is large',
          sql`select ${rows.id} from ${rows} where ${rows.square} > ${50}`,
        ),
      ],
    })
    expect(await load(own)).toBe(2)
    await change('insert into counted values (-2), (8)')
    const { message } = await failureOf(load(own))
    expect(message).toContain('squares: 2 of 2 checks failed. square is unique: 2 rows break it')
    expect(message).toContain("no square is large: 1 row breaks it: id '8'")
    expect(await ask('select square from usher.aside_squares order by 1')).toEqual([
      '1',
      '4',
      '4',
      '64',
    ])
    expect(await load(own, { accept: () => {} })).toBe(4)
    expect(await ask('select count(*) from squares')).toEqual(['4'])
  })

  it('are looked at as they merge: one of each key, unique among those that stay', async () => {
    const own = sales(
      'merges',
      (rows) => [unique(rows.email), accepted(rows.status, ['paid']), fresh(rows.day, { days: 1 })],
      { merge: 'amount' },
    )
    await load(own)
    rows = []
    expect(await load(own)).toBe(0)
    // Its own old row, and a row of the same key that does not win, are no others.
    rows = [sale(2, { status: 'odd', amount: '10' }), sale(2, { amount: '20' })]
    expect(await load(own)).toBe(1)
    rows = [sale(4, { email: '1@example.com' })]
    expect((await failureOf(load(own))).message).toContain(
      "email is unique: 1 row breaks it: id '4', email '1@example.com'",
    )
    // Moved from one row to another in one night.
    rows = [sale(1, { email: 'new@example.com' }), sale(4, { email: '1@example.com' })]
    expect(await load(own)).toBe(2)
    expect(await ask('select id from merges order by id')).toEqual(['1', '2', '3', '4'])
  })

  it('are told apart by their days, and stay aside until their own day passes', async () => {
    const own = sales('by_day', paid, { partition: 'day' })
    const of = (day: string, status: string) => [sale(Number(day.slice(8)), { day, status })]
    const aside = (day: string) => ask(`select id from usher.aside_by_day_2026_11_${day}`)
    for (const day of ['2026-11-22', '2026-11-23']) {
      rows = of(day, 'lost')
      expect((await failureOf(load(own, { day }))).message).toContain(
        `the new rows are in usher.aside_by_day_${day.replaceAll('-', '_')}. `,
      )
    }
    rows = of('2026-11-24', 'paid')
    await load(own, { day: '2026-11-24' })
    expect([await aside('22'), await aside('23')]).toEqual([['22'], ['23']])
    rows = of('2026-11-22', 'paid')
    await load(own, { day: '2026-11-22' })
    await expect(aside('22')).rejects.toThrow('aside_by_day_2026_11_22')
    expect(await aside('23')).toEqual(['23'])
  })

  it('that are few besides are published where both is accepted, and both is told', async () => {
    const source = sales('of_many', () => [])
    rows = Array.from({ length: 200 }, (_, id) => sale(id))
    await load(source)
    const own = transform('of_few', {
      select: { id: source.id, status: source.status },
      from: sql`${source}`,
      checks: (rows) => [accepted(rows.status, ['paid'])],
    })
    await load(own)
    rows = [sale(1), sale(2, { status: 'lost' })]
    await load(source, { accept: () => {} })
    const told: string[] = []
    expect(await load(own, { accept: (found) => told.push(found) })).toBe(2)
    expect(told).toEqual([
      '2 rows, and 200 at the last good night (2026-11-23)',
      "1 of 1 checks failed. status is one of paid: 1 row breaks it: status 'lost'",
    ])
    const both = `select accepted from usher.loads where table_name = 'of_few' and row_count = 2`
    expect(await ask(both)).toEqual([told.join('. ')])
  })

  it('of a day are unique among the other days, and nothing else is asked of those', async () => {
    const checks: Checks = (rows) => [unique(rows.email), rowCount({ most: 3 })]
    const own = sales('parts', checks, { partition: 'day' })
    const of = (day: string) => rows.map((row) => ({ ...row, id: row.id + 10, day }))
    await load(own)
    expect(await load(own)).toBe(3)
    rows = of('2026-11-24')
    expect((await failureOf(load(own, { day: '2026-11-24' }))).message).toContain(
      "email is unique: 3 rows break it: id '11', email '1@example.com';",
    )
    rows = rows.map((row) => ({ ...row, email: `${row.id}@example.com` }))
    expect(await load(own, { day: '2026-11-24' })).toBe(3)
    expect(await ask('select count(*) from parts')).toEqual(['6'])
  })
})
