import { describe, expect, it } from '@jest/globals'
import { calendar, integer, mysql, sql, table, task, transform } from '#lib'
import { drawingOf, edgesOf, isOnChain } from '../../lib/drawing/drawing.ts'
import { graphOf } from '../../lib/graph/graph.ts'
import { graph, graphWith, night, subjects } from './example.ts'

const ids = (boxes: readonly { id: string }[]) => boxes.map(({ id }) => id)

describe('drawingOf', () => {
  it('has a box for each table, with what it is made from and what is made from it', () => {
    const { boxes } = drawingOf(graph, { subjects })
    expect(ids(boxes)).toEqual([...graph.keys()])
    expect(boxes.find(({ id }) => id === 'all_orders')).toMatchObject({
      subject: 'marketplace',
      needs: ['legacy.orders', 'orders'],
      makes: ['orders_by_day'],
    })
  })

  it('says where the rows of a table come from', () => {
    const row = () => ({ id: 1 })
    const days = table('days', {
      columns: { id: integer() },
      from: calendar('2026-01-01', '2026-01-01'),
      row,
    })
    const sales = table('sales', {
      columns: { id: integer() },
      from: mysql('shop', { secret: 'shop' }).table('sales'),
      row,
    })
    const ids = transform('ids', {
      description: 'All of them.',
      select: { id: days.id },
      from: sql`${days} cross join ${sales}`,
    })
    const { boxes } = drawingOf(graphOf([days, sales, ids]), { subjects: new Map() })
    expect(boxes.map(({ id, origin, description }) => [id, origin, description])).toEqual([
      ['days', 'code (generator)', undefined],
      ['sales', 'shop (mysql)', undefined],
      ['ids', 'SQL', 'All of them.'],
    ])
  })

  it('takes a node without a table for a task', () => {
    const tidy = task('tidy', { description: 'Tidies up.', run: async () => {} })
    const [box] = drawingOf(graphOf([tidy]), { subjects }).boxes
    expect(box).toMatchObject({
      origin: 'a task, which makes no table',
      description: 'Tidies up.',
    })
  })

  it('draws only what hangs on the table that was asked for', () => {
    const drawing = drawingOf(graph, { subjects, asked: 'orders_by_day' })
    expect(ids(drawing.boxes)).toEqual([
      'orders',
      'legacy.orders',
      'all_orders',
      'dim_date',
      'orders_by_day',
      'revenue',
    ])
    const part = drawingOf(graph, { subjects, asked: 'dim_date' })
    expect(ids(part.boxes)).toEqual(['dim_date', 'orders_by_day', 'revenue'])
    expect(edgesOf(part)).toEqual([
      { from: 'dim_date', to: 'orders_by_day' },
      { from: 'orders_by_day', to: 'revenue' },
    ])
  })

  it('keeps the colours of subjects where only a part is drawn', () => {
    expect(drawingOf(graph, { subjects, asked: 'revenue' }).subjects).toEqual(
      drawingOf(graph, { subjects }).subjects,
    )
  })

  it('fails on an unknown table, and names those that are near', () => {
    const asked = (asked: string) => () => drawingOf(graph, { subjects, asked })
    expect(asked('order')).toThrow(
      'no such table: order; did you mean orders, all_orders, legacy.orders, orders_by_day?',
    )
    expect(asked('revnue')).toThrow('no such table: revnue; did you mean revenue?')
    expect(asked('zzz')).toThrow(
      `no such table: zzz; there are ${[...graph.keys()].sort().join(', ')}`,
    )
  })

  it('has the outcome of each table of a night', () => {
    const { boxes } = drawingOf(graph, { subjects, night })
    expect(boxes.map(({ outcome }) => outcome?.outcome)).toEqual([
      ...['loaded', 'failed', 'skipped', 'complete', 'skipped', 'skipped'],
      undefined,
    ])
  })

  it('names the tables of a night that the warehouse has no more', () => {
    const tables = [...night.tables, { table: 'old_orders', outcome: 'failed' as const }]
    expect(drawingOf(graph, { subjects, night: { ...night, tables } }).gone).toEqual(['old_orders'])
    expect(drawingOf(graph, { subjects, night, asked: 'dim_date' }).gone).toEqual([])
  })
})

describe('the critical path', () => {
  const chain = (
    needs: Record<string, readonly string[]>,
    seconds: Record<string, number | [extract: number, load: number]>,
    asked?: string,
  ) => {
    const tables = Object.entries(seconds).map(([table, taken]) => {
      const [extractSeconds, loadSeconds] = Array.isArray(taken) ? taken : [undefined, taken]
      return { table, outcome: 'loaded' as const, extractSeconds, loadSeconds }
    })
    return drawingOf(graphWith(needs), { subjects, night: { run: 'r', tables }, asked })
  }
  const needs = { a: [], b: [], c: ['a', 'b'], d: ['b'], e: ['c', 'd'] }

  it('is the chain of tables with the largest sum of durations', () => {
    const drawing = chain(needs, { a: 1, b: [2, 2], c: 3, d: 5, e: 1 })
    expect(drawing.chain).toEqual({ tables: ['b', 'd', 'e'], seconds: 10 })
    expect(edgesOf(drawing).filter(({ from, to }) => isOnChain(drawing, from, to))).toEqual([
      { from: 'b', to: 'd' },
      { from: 'd', to: 'e' },
    ])
  })
  it('may be one table, and end before the last', () => {
    expect(chain(needs, { a: 100, d: 5 }).chain).toEqual({ tables: ['a'], seconds: 100 })
  })
  it('goes on over a table that took no time, but does not begin with one', () => {
    const line = { a: [], b: ['a'], c: ['b'] }
    expect(chain(line, { a: 3, b: 0, c: 1 }).chain?.tables).toEqual(['a', 'b', 'c'])
    expect(chain(line, { a: 0, b: 3, c: 1 }).chain?.tables).toEqual(['b', 'c'])
  })
  it('keeps to what is drawn', () => {
    const drawing = chain(needs, { a: 100, b: 1, c: 1, d: 1, e: 1 }, 'd')
    expect(drawing.chain).toEqual({ tables: ['b', 'd', 'e'], seconds: 3 })
  })
  it('is none where nothing took any time', () => {
    expect(chain(needs, { a: 0 }).chain).toBeUndefined()
    expect(drawingOf(graph, { subjects }).chain).toBeUndefined()
  })
})
