import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { date, integer, runDate, sql, table, transform } from '#lib'
import type { Bucket } from '../../lib/manifest/bucket.ts'
import { extract } from '../../lib/manifest/extract.ts'
import type { Warehouse } from '../../lib/redshift/client.ts'
import { loadTable, transformTable, type Work } from '../../lib/redshift/load.ts'
import { definition, type Tabled } from '../../lib/table/definition.ts'
import { startWarehouse, type WarehouseStage } from './stage.ts'

let stage: WarehouseStage
let bucket: Bucket
let warehouse: Warehouse
/** How many rows the source has at present, and how many of them any day has. */
let count = 0

beforeAll(async () => {
  stage = await startWarehouse()
  ;({ bucket, warehouse } = stage)
})
afterAll(() => stage.stop())

const columns = { id: integer().primaryKey(), day: date() }
type Traits = Partial<Pick<Parameters<typeof table<typeof columns, never, never>>[1], 'publish'>>
const own = (name: string, traits: Traits & { mayShrink?: boolean } = {}) =>
  table(name, {
    ...{ columns, ...traits },
    from: {
      source: { name: 'test', kind: 'generator', packages: [] },
      async *read({ date }) {
        yield Array.from({ length: count }, (_, id) => ({ id, day: date }))
      },
    },
    row: (row: { id: number; day: string }) => row,
  })

let nights = 0
const night = (date: string, more: Partial<Work> = {}) => ({
  ...{ warehouse, date, run: `run-${++nights}`, ...more },
})
/** Loads a table of so many rows. */
async function load(
  { [definition]: table }: ReturnType<typeof own>,
  rows: number,
  date = '2026-11-23',
  more: Partial<Work> = {},
) {
  count = rows
  const work = { ...night(date, more), table }
  const prefix = `staging/${table.id}/${work.run}`
  await extract({ table, date, bucket, prefix, signal: new AbortController().signal })
  return loadTable({ ...work, bucket, prefix, copyRole: 'arn:aws:iam::111111111111:role/copy' })
}
const rowsOf = async (name: string) => {
  const text = `select count(*) as n from ${name}`
  return Number((await warehouse.query({ text, parameters: {} }))[0]?.n)
}

describe('a table of which few rows come', () => {
  it('is not published below half of the last good night, and the error says what would', async () => {
    const events = own('events')
    await load(events, 500, '2026-11-21')
    await load(events, 250, '2026-11-22')
    await load(events, 125, '2026-11-22')
    await expect(load(events, 62)).rejects.toMatchObject({
      name: 'WarehouseRefused',
      message:
        'events: 62 rows, and 125 at the last good night (2026-11-22). If that is right, run it with ' +
        '{"date":"2026-11-23","tables":["events+"],"accept":["events"]}',
    })
    // It is no good night that was not published.
    await expect(load(events, 62)).rejects.toThrow('62 rows, and 125')
    await expect(load(events, 0, '2026-11-24', { force: true })).rejects.toThrow('"force":true,')
    expect(await rowsOf('events')).toBe(125)
    expect(await load(events, 63)).toBe(63)
  })

  it('is published once a person accepts it, and is then what the next night is measured by', async () => {
    const events = own('accepted')
    await load(events, 1000)
    const told: string[] = []
    const accept = (found: string) => told.push(found)
    expect(await load(events, 150, '2026-11-23', { accept })).toBe(150)
    expect(told).toEqual(['150 rows, and 1,000 at the last good night (2026-11-23)'])
    expect(await load(events, 80)).toBe(80)
  })

  it('may lose any of less than 100 rows, but not all', async () => {
    const events = own('small')
    await load(events, 99)
    await load(events, 1)
    await expect(load(events, 0)).rejects.toThrow('small: 0 rows, and 1 at the last good night')
    expect(await rowsOf('small')).toBe(1)
  })

  it('may come as it does where its declaration says so, or nothing was there', async () => {
    const events = own('free', { mayShrink: true })
    await load(events, 1000)
    expect(await load(events, 0)).toBe(0)
    const fresh = own('fresh')
    expect(await load(fresh, 0)).toBe(0)
    expect(await load(fresh, 0)).toBe(0)
  })

  it('is not asked where it merges', async () => {
    const events = own('merged', { publish: { merge: 'day' } })
    await load(events, 1000)
    expect(await load(events, 1)).toBe(1)
    expect(await load(events, 0)).toBe(0)
  })

  it('is found out in the transaction where only that knows the rows', async () => {
    const source = own('source', { mayShrink: true })
    await load(source, 1000)
    const derived = (name: string, mayShrink = false) =>
      transform(name, {
        mayShrink,
        select: { id: source.id, day: source.day },
        from: sql`${source}`,
      })
    const make = (table: Tabled, more: Partial<Work> = {}) =>
      transformTable({ ...night('2026-11-23', more), table: table[definition] })
    await make(derived('derived'))
    await make(derived('loose', true))
    await load(source, 12)
    await expect(make(derived('derived'))).rejects.toMatchObject({
      name: 'WarehouseRefused',
      message: expect.stringMatching(
        /^derived: 12 rows, and 1,000 at the last good night \(2026-11-23\)\. If .*"accept":\["derived"\]}$/,
      ),
    })
    expect(await rowsOf('derived')).toBe(1000)
    expect(await make(derived('loose', true))).toBe(12)
    // Whoever asks again for a load that is done is told the same.
    const told: string[] = []
    const accept = (found: string) => told.push(found)
    expect(await make(derived('derived'), { accept, run: 'few' })).toBe(12)
    expect(await make(derived('derived'), { accept, run: 'few' })).toBe(12)
    const found = '12 rows, and 1,000 at the last good night (2026-11-23)'
    expect(told).toEqual([found, found])
    const text = `select accepted from usher.loads where table_name = 'derived' order by loaded_at`
    const kept = await warehouse.query({ text, parameters: {} })
    expect(kept.map(({ accepted }) => accepted)).toEqual([null, found])
  })
})

describe('a day of which few rows come', () => {
  const days = own('days', { publish: { partition: 'day' } })
  const week = ['16', '17', '18', '19', '20', '21', '22'].map((day) => `2026-11-${day}`)

  it('is measured by the days before it once they are a week, of which one may be thin', async () => {
    for (const day of week.slice(0, 6)) await load(days, day === '2026-11-21' ? 200 : 1000, day)
    // Without a whole week nobody knows what a day is like.
    await load(days, 300, '2026-11-22')
    await expect(load(days, 99)).rejects.toThrow(
      'days: 99 rows of 2026-11-23, and 200 or more on each of the 7 days before. If that',
    )
    expect(await load(days, 100)).toBe(100)
  })

  it('is measured by itself where it is read again', async () => {
    const again = load(days, 499, '2026-11-20', { night: '2026-11-23' })
    await expect(again).rejects.toThrow(
      'days: 499 rows of 2026-11-20, and 1,000 when that day was last loaded. If that is right, ' +
        'run it with {"date":"2026-11-23","tables":["days+"],"accept":["days"]}',
    )
    expect(await load(days, 500, '2026-11-20')).toBe(500)
  })

  it('may be thin where it is made by SQL and nothing was loaded before', async () => {
    const daily = transform('daily', {
      select: { day: days.day, sales: integer().as(sql`count(*)`) },
      from: sql`${days} where ${days.day} = ${runDate} group by 1`,
      publish: { partition: 'day' },
    })[definition]
    expect(await transformTable({ ...night('2026-11-20'), table: daily })).toBe(1)
    expect(await transformTable({ ...night('2026-11-01'), table: daily })).toBe(0)
  })
})
