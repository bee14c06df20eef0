import { describe, expect, it } from '@jest/globals'
import { bigint, generator, mirror, mysql, sql, table, task, transform } from '#lib'
import { busySeconds } from '../../lib/cost/busy.ts'
import { type Made, usagesOf } from '../../lib/cost/shares.ts'
import { standingCost } from '../../lib/cost/standing.ts'
import { usageOf } from '../../lib/cost/table.ts'
import { costOf, dollarsOf, nothing, plus } from '../../lib/cost/usage.ts'
import { definition } from '../../lib/table/definition.ts'

const production = mysql('production', { secret: 'usher/production' })
const columns = { id: bigint().primaryKey() }
const orders = mirror(production.table('orders'), { columns })[definition]
const large = mirror(production.table('large'), { columns, resources: { memory: 3072 } })[
  definition
]
const chunked = mirror(production.table('chunked'), { columns, chunks: { by: 'id' } })[definition]
const made = table('made', {
  columns,
  from: generator(function* () {
    yield 1
  }),
  row: (id) => ({ id }),
})
const counted = transform('counted', { select: { id: made.id }, from: sql`${made}` })[definition]
const tidy = task('tidy', { after: [], run: async () => {} })[definition]

describe('what is used costs', () => {
  it('nothing where nothing is used', () => {
    expect(dollarsOf(costOf(nothing))).toBe(0)
  })

  it.each([
    // 1,000 GB-seconds at $0.0000133334, and 5,000,000 calls at $0.20 a million.
    [{ gbSeconds: 1000, calls: 5_000_000 }, { lambda: 0.0133334 + 1 }],
    // $0.025 for a thousand.
    [{ transitions: 4000 }, { stepFunctions: 0.1 }],
    // $0.005 and $0.0004 for a thousand.
    [{ puts: 2000, gets: 10_000 }, { s3: 0.01 + 0.004 }],
    // 10 GiB for half a month of 730 hours, at $0.023.
    [{ byteSeconds: 10 * 2 ** 30 * 365 * 3600 }, { s3: 0.115 }],
    // 8 RPU for a quarter of an hour, at $0.375.
    [{ rpuSeconds: 8 * 900 }, { redshift: 0.75 }],
  ])('%j at list prices', (used, expected) => {
    const cost = costOf({ ...nothing, ...used })
    const all = { redshift: 0, lambda: 0, stepFunctions: 0, s3: 0, ...expected }
    for (const [service, dollars] of Object.entries(all)) {
      expect([service, cost[service as keyof typeof cost]]).toEqual([
        service,
        expect.closeTo(dollars, 9),
      ])
    }
  })

  it('as much together as apart', () => {
    const one = usageOf(orders, { extractSeconds: 100, loadSeconds: 60, bytes: 113e6 }, 900)
    const other = usageOf(
      chunked,
      { read: { chunks: 3, seconds: 7 }, loadSeconds: 9, bytes: 1e9 },
      50,
    )
    const apart = dollarsOf(costOf(one)) + dollarsOf(costOf(other))
    expect(dollarsOf(costOf(plus(one, other)))).toBeCloseTo(apart, 12)
  })
})

describe("a table's night takes", () => {
  it('the memory of its functions for as long as they work', () => {
    const took = { extractSeconds: 100, loadSeconds: 60 }
    // 1,769 MB for 100 s, and 512 MB for 60 s.
    expect(usageOf(orders, took).gbSeconds).toBeCloseTo(172.75390625 + 30)
    expect(usageOf(large, took).gbSeconds).toBeCloseTo(300 + 30)
    expect(usageOf(counted, { loadSeconds: 60 }).gbSeconds).toBeCloseTo(30)
    expect(usageOf(tidy, { loadSeconds: 2 }).gbSeconds).toBeCloseTo(1)
  })

  it('of a table in chunks, the memory of each chunk and of what plans and seals', () => {
    const took = { extractSeconds: 4, read: { chunks: 10, seconds: 1024 }, loadSeconds: 0 }
    expect(usageOf(chunked, took)).toMatchObject({
      gbSeconds: 1769 + 2,
      // Plan, ten chunks, Seal, Load; and two states that call nothing.
      calls: 13,
      transitions: 15,
    })
  })

  it('uploads in pieces of 5 MiB where a part is larger', () => {
    const puts = (bytes: number) => usageOf(orders, { loadSeconds: 1, bytes }).puts
    // One part in one request, then in two pieces between a beginning and an end.
    expect(puts(6_000_000) - puts(1_000_000)).toBe(3)
    // Ten parts of 22 MB, five pieces and two calls each.
    expect(puts(220_000_000) - puts(1_000_000)).toBe(69)
  })

  it('its share of the warehouse', () => {
    expect(usageOf(orders, { loadSeconds: 1 }).rpuSeconds).toBe(0)
    expect(costOf(usageOf(orders, { loadSeconds: 1 }, 3600)).redshift).toBeCloseTo(0.375)
  })
})

describe('tables of a night', () => {
  const made = (own: Made['own'], start: number, end: number) => ({ own, worked: { start, end } })

  it('share the time of the warehouse by how long each was worked at', () => {
    const usages = usagesOf([made(orders, 0, 300), made(tidy, 240, 300)], 8)
    // 8 RPU for 300 s, of which one was worked at for 300 s and the other for 60.
    expect(usages.get('orders')?.rpuSeconds).toBeCloseTo(2000)
    expect(usages.get('tidy')?.rpuSeconds).toBeCloseTo(400)
    expect(usages.get('tidy')?.gbSeconds).toBeCloseTo(30)
  })

  it('cost no time of a warehouse that is there anyway', () => {
    expect(usagesOf([made(orders, 0, 300)], 0).get('orders')?.rpuSeconds).toBe(0)
  })
})

describe('the warehouse is charged for', () => {
  const span = (start: number, end: number) => ({ start, end })

  it.each([
    ['nothing', [], 0],
    ['a minute at least', [span(5, 6)], 60],
    ['what is longer as it is', [span(0, 90)], 90],
    ['what goes on at once, once', [span(0, 90), span(30, 100), span(31, 40)], 100],
    ['a minute once, for all in it', [span(0, 1), span(20, 21), span(58, 59)], 60],
    ['a minute for each time it wakes', [span(0, 1), span(100, 101)], 120],
    ['what begins in the minute to its end', [span(0, 1), span(50, 80)], 80],
    ['spans in whatever order', [span(200, 300), span(0, 90)], 190],
  ])('%s', (_, spans, seconds) => {
    expect(busySeconds(spans)).toBe(seconds)
  })
})

it('costs some dollars a month besides', () => {
  // A key, 4 secrets at $0.40, 2 zones at $0.01 for 730 hours; 100 metrics at $0.30.
  expect(standingCost({ secrets: 4, zones: 2, metrics: 100 })).toEqual({
    fixed: expect.closeTo(17.2),
    metrics: expect.closeTo(30),
  })
})
