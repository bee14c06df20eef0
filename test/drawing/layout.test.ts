import { describe, expect, it } from '@jest/globals'
import { drawingOf } from '../../lib/drawing/drawing.ts'
import { type Layout, layoutOf, type Place } from '../../lib/drawing/page/layout.ts'
import { settle } from '../../lib/drawing/page/settle.ts'
import { broken } from '../../lib/drawing/words.ts'
import { randomGraph, randomOf, type Shape } from '../graph/random.ts'
import { graph, graphWith, subjects } from './example.ts'

const layout = (of = graph): Layout => layoutOf(drawingOf(of, { subjects }))

const overlap = (a: Place, b: Place): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

/** Each pair of boxes that lie on one another, and each box that a line goes through. */
function mistakes({ places, edges, width, height }: Layout): string[] {
  const boxes = [...places]
  const pairs = boxes.flatMap(([id, place], i) =>
    boxes
      .slice(i + 1)
      .flatMap(([other, its]) => (overlap(place, its) ? [`${id} on ${other}`] : [])),
  )
  const outside = boxes.flatMap(([id, { x, y, ...size }]) =>
    x < 0 || y < 0 || x + size.width > width || y + size.height > height ? [`${id} outside`] : [],
  )
  const tied = new Set(edges.flatMap(({ from, to }) => [from, to]))
  const columns = boxes.filter(([id]) => tied.has(id))
  const crossed = edges.flatMap(({ from, to, points }) =>
    points.slice(0, -1).flatMap((start, i) => {
      const end = points[i + 1] ?? start
      // A curve may go anywhere between its ends: all that room must be free. The rest is straight.
      const isCurve = i % 2 === 0
      const top = Math.min(start.y, end.y)
      const room = {
        ...{ x: start.x + 0.01, width: end.x - start.x - 0.02, lines: [] },
        ...(isCurve ? { y: top, height: Math.abs(end.y - start.y) + 0.01 } : { y: top, height: 0 }),
      }
      return columns.flatMap(([id, place]) =>
        overlap(room, place) ? [`${from} > ${to} through ${id}`] : [],
      )
    }),
  )
  return [...pairs, ...outside, ...crossed]
}

describe('layoutOf', () => {
  it('puts each table to the right of those it is made from, and the others below', () => {
    const { places, edges } = layout()
    const at = (id: string) => places.get(id) as Place
    for (const { from, to } of edges) expect(at(from).x + at(from).width).toBeLessThan(at(to).x)
    const others = [...places].filter(([id]) => id !== 'searches').map(([, { y }]) => y)
    expect(at('searches').y).toBeGreaterThan(Math.max(...others))
  })

  it.each<[Shape, number]>([
    ['layered', 10],
    ['layered', 60],
    ['layered', 200],
    ['scale-free', 60],
    ['scale-free', 200],
    ['series-parallel', 100],
  ])('lets no box touch another and no line a box: %s, %d tables', (shape, size) => {
    const drawn = layout(randomGraph(shape, size, randomOf(size)))
    expect(drawn.places.size).toBe(size)
    expect(mistakes(drawn)).toEqual([])
  })

  it('makes several columns of one that would be too high', () => {
    const mirrors = Array.from({ length: 150 }, (_, i) => `mirror_${i}`)
    const needs = Object.fromEntries(mirrors.map((id) => [id, [] as string[]]))
    for (let i = 0; i < 30; i++) needs[`sales_${i}`] = mirrors.slice(5 * i, 5 * i + 5)
    const { width, height } = layout(graphWith(needs))
    expect(height / width).toBeLessThan(1.2)
  })

  it('draws a warehouse without lines, and one without tables', () => {
    expect(layout(graphWith({ a: [], b: [] })).edges).toEqual([])
    expect(layout(graphWith({})).places.size).toBe(0)
  })
})

describe('settle', () => {
  it('puts items as near as they get to what they are linked to, in their order', () => {
    const item = (key: string) => ({ key, height: 10 })
    const columns = [[item('a'), item('b'), item('c')], [item('d')], [item('e'), item('f')]]
    const middles = settle(columns, [
      { keys: ['a', 'd'] },
      { keys: ['c', 'd', 'e'] },
      { keys: ['d', 'f'] },
    ])
    const at = (key: string) => middles.get(key) ?? Number.NaN
    expect(at('b') - at('a')).toBeGreaterThanOrEqual(10)
    expect(at('c') - at('b')).toBeGreaterThanOrEqual(10)
    expect(at('f') - at('e')).toBeCloseTo(10)
    expect((at('e') + at('f')) / 2).toBeCloseTo(at('d'))
  })
})

describe('a long name', () => {
  it.each([
    ['event_demand', 24, ['event_demand']],
    ['sales_by_day_and_region_and_system', 24, ['sales_by_day_and_region_', 'and_system']],
    ['legacy.events', 8, ['legacy.', 'events']],
    ['aaaaaaaaaaaa', 5, ['aaaaa', 'aaaaa', 'aa']],
    ['a_aaaaaaaaa', 5, ['a_', 'aaaaa', 'aaaa']],
  ])('%s has lines of at most %d letters', (name, most, lines) => {
    expect(broken(name, most)).toEqual(lines)
  })
})
