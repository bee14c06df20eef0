import { describe, expect, it } from '@jest/globals'
import { bigint, http, mirror, mysql, sql, transform, varchar } from '#lib'
import { costOf, dollarsOf, nothing, plus } from '../../lib/cost/usage.ts'
import { forecast, type Known } from '../../lib/forecast/forecast.ts'
import { broken, type Limit, limitsOf } from '../../lib/forecast/limits.ts'
import { graphOf } from '../../lib/graph/graph.ts'

const HOUR = 3600
const production = mysql('production', { secret: 'usher/production' })
const columns = { id: bigint().primaryKey(), note: varchar(100) }
const orders = mirror(production.table('orders'), { columns })
const chunked = mirror(production.table('orders'), { columns, chunks: { by: 'id' } })
const small = mirror(production.table('events'), { columns })
const named = mirror(production.table('names'), {
  columns: { name: varchar(20).primaryKey() },
})
const weak = mirror(production.table('orders'), { columns, resources: { memory: 512 } })
const partner = mirror(
  http('partner', { secret: 'usher/partner' }).pages({ path: 'orders', pages: { by: 'link' } }),
  { name: 'theirs', columns },
)

/** The orders, and a little table made of them. */
const graphFrom = (table: typeof orders) =>
  graphOf([table, small, transform('by_day', { select: { id: table.id }, from: sql`${table}` })])
const graph = graphFrom(orders)

/** Ten bytes a row as they lie on S3. */
const knowing = (rows: number, more: Partial<Known> = {}, id = 'orders'): Known => ({
  loaded: new Map([
    [id, { rows, bytes: 10 * rows }],
    ['events', { rows: 100, bytes: 1000 }],
    ['by_day', { rows: 100 }],
  ]),
  rows: new Map(),
  seconds: {},
  ...more,
})
const eight = { units: 8, serverless: true }

describe('a night is forecast', () => {
  it('by the bytes that are read, sent and loaded', () => {
    const { works } = forecast(graph, knowing(10_000_000), eight)
    // 305 MB of CSV in and 100 MB out at 50 MB/s, and a second; 305 MB at 8 times 2.5 MB/s.
    expect(works.get('orders')?.extract?.seconds).toBeCloseTo(9.1)
    expect(works.get('orders')?.heavy).toBeCloseTo(15.25)
    // Rows that are read and written at 8 times 250,000 a second.
    expect(works.get('by_day')?.heavy).toBeCloseTo(5.00005)
  })

  it('by the processor where that is slower', () => {
    const { works } = forecast(graphFrom(weak), knowing(10_000_000), eight)
    // 305 MB at 261 MB/s of a CPU, of which 512 MB have little.
    expect(works.get('orders')?.extract?.seconds).toBeCloseTo(1 + 405 / 50)
    const slow = mirror(production.table('orders'), { columns, resources: { memory: 128 } })
    const night = forecast(graphFrom(slow), knowing(10_000_000), eight)
    expect(night.works.get('orders')?.extract?.seconds).toBeCloseTo(1 + (305 / 261 / 128) * 1769)
  })

  it('with other rows than were loaded, or so many times as many', () => {
    const twice = forecast(
      graph,
      knowing(1_000_000, { rows: new Map([['orders', 2_000_000]]) }),
      eight,
    )
    expect(twice.works).toEqual(forecast(graph, knowing(2_000_000), eight).works)
    const times = forecast(graph, knowing(1_000_000), eight, 10)
    expect(times.works.get('orders')).toEqual(
      forecast(graph, knowing(10_000_000), eight).works.get('orders'),
    )
  })

  it('as long as it took in AWS, where that is known, and longer with more rows', () => {
    const known = knowing(10_000_000, { seconds: { orders: 3 * (9.1 + 5 + 15.25) } })
    const { works } = forecast(graph, known, eight)
    expect(works.get('orders')?.extract?.seconds).toBeCloseTo(27.3)
    expect(works.get('orders')?.heavy).toBeCloseTo(45.75)
    expect(forecast(graph, known, eight, 10).works.get('orders')?.heavy).toBeCloseTo(457.5)
  })

  it('with all costs of its tables, and those around them', () => {
    const { usage, usages, busy } = forecast(graph, knowing(10_000_000), eight)
    const tables = [...usages.values()].reduce(plus, nothing)
    expect(usage.rpuSeconds).toBeCloseTo(8 * busy)
    expect(tables.rpuSeconds).toBeCloseTo(8 * busy)
    expect(usage.calls).toBe(tables.calls + 2)
    expect(usage.transitions).toBeGreaterThan(tables.transitions)
    expect(dollarsOf(costOf(usage))).toBeGreaterThan(dollarsOf(costOf(tables)))
  })

  it('with nothing for the time of a cluster', () => {
    const { usage } = forecast(graph, knowing(1000), { units: 4, serverless: false })
    expect(costOf(usage).redshift).toBe(0)
  })

  it('as well where nothing is known', () => {
    const nothing = { loaded: new Map(), rows: new Map(), seconds: {} }
    // A second to begin the extract, five for each load, and five around all.
    expect(forecast(graph, nothing, eight).seconds).toBeCloseTo(16)
  })
})

/** What breaks with so many rows of orders, first first. */
function breaks(table: typeof orders, rows: number, window = 24 * HOUR): Limit[] {
  const graph = graphFrom(table)
  const night = forecast(graph, knowing(rows), { units: 64, serverless: true })
  return broken(limitsOf(graph, night, window))
}

describe('what breaks first as rows grow', () => {
  it('is nothing while all is small', () => {
    expect(breaks(orders, 10_000_000)).toEqual([])
  })

  it('is the time of the function that reads a large table, which chunks would mend', () => {
    // 40.5 bytes of network a row, at 50 MB/s, in 840 seconds.
    expect(breaks(orders, 1_030_000_000)).toEqual([])
    expect(breaks(orders, 1_040_000_000)[0]).toMatchObject({
      ...{ what: 'time of an extract', table: 'orders', remedy: 'orders: chunks by id' },
      allowed: 840,
    })
    expect(breaks(chunked, 1_040_000_000)).toEqual([])
  })

  it.each([
    ['a key that is no number', 'names', named, 'names: incremental'],
    ['little memory', 'orders', weak, 'orders: memory of 1769'],
    ['another source', 'theirs', partner, 'theirs: read it in shorter days, or copy files'],
  ])('is mended otherwise with %s', (_, id, table, remedy) => {
    const graph = graphOf([table])
    const night = forecast(graph, knowing(4_000_000_000, {}, id), { units: 64, serverless: true })
    const [first] = broken(limitsOf(graph, night, 24 * HOUR))
    expect(first).toMatchObject({ what: 'time of an extract', remedy })
  })

  it('is the window, of a table that is read in chunks all night', () => {
    const [first, ...others] = breaks(chunked, 4_000_000_000, HOUR / 4)
    expect(first).toMatchObject({ what: 'night', table: 'orders', allowed: 900 })
    expect(first?.remedy).toBe('orders: incremental')
    expect(others).toEqual([])
  })

  it('is the window, where the warehouse is what is slow', () => {
    const graph = graphFrom(chunked)
    const night = forecast(graph, knowing(1_000_000_000), { units: 4, serverless: true })
    const [first] = broken(limitsOf(graph, night, HOUR))
    expect(first).toMatchObject({
      ...{ what: 'night', table: 'orders' },
      remedy: 'more baseCapacity, or less of orders',
    })
  })

  it('says of all limits how much is used', () => {
    const night = forecast(graph, knowing(1000), eight)
    const limits = limitsOf(graph, night, HOUR)
    expect(limits.map(({ what }) => what)).toEqual([
      'night',
      'time of an extract',
      'memory of an extract',
      'functions at once',
      'statements at once',
      'history of an execution',
      'definition of a machine',
      'payload of a state',
    ])
    for (const { used, allowed } of limits) {
      expect(used).toBeGreaterThan(0)
      expect(used).toBeLessThan(allowed)
    }
  })
})
