import { describe, expect, it } from '@jest/globals'
import { timelineOf } from '../../lib/forecast/timeline.ts'
import { secondsOf, type Work } from '../../lib/forecast/work.ts'
import { criticalPath } from '../../lib/graph/schedule.ts'
import { graphWith } from '../drawing/example.ts'
import { randomGraph, randomOf } from '../graph/random.ts'

const source = (connections?: number) => ({
  ...{ name: 'production', kind: 'mysql', packages: [] },
  ...(connections !== undefined && { connections }),
})

/** A table that is read for so many seconds, and loaded in none. */
const read = (seconds: number, more: object = {}): Work => ({
  extract: { source: source(), inChunks: false, pieces: 1, seconds, atOnce: 1, ...more },
  ...{ start: 0, heavy: 0, bytes: 0 },
})
const made = (start: number, heavy = 0): Work => ({ start, heavy, bytes: 0 })

const play = (needs: Record<string, string[]>, works: Record<string, Work>) =>
  timelineOf(graphWith(needs), new Map(Object.entries(works)))

describe('a night', () => {
  it('is as long as its critical path where nothing is shared', () => {
    const random = randomOf(7)
    for (const shape of ['layered', 'scale-free', 'series-parallel'] as const) {
      const graph = randomGraph(shape, 60, random)
      const works = new Map([...graph.keys()].map((id) => [id, made(1 + 100 * random())]))
      const seconds = (id: string) => secondsOf(works.get(id) as Work)
      const path = criticalPath(graph, seconds).reduce((sum, id) => sum + seconds(id), 0)
      expect(timelineOf(graph, works).length).toBeCloseTo(path, 6)
    }
  })

  it('has whoever finds no connection wait, first come, first served', () => {
    const of = (seconds: number) => read(seconds, { source: source(2) })
    const night = play(
      { a: [], b: [], c: [], d: [] },
      { a: of(10), b: of(20), c: of(30), d: of(5) },
    )
    // a and b; c at 10, d at 20.
    expect(night.length).toBe(40)
    expect(Object.fromEntries(night.waits)).toEqual({ a: 0, b: 0, c: 10, d: 20 })
    expect(night.most.readers).toEqual(new Map([['production', 2]]))
  })

  it('reads a table in chunks, as many at once as it may', () => {
    expect(play({ a: [] }, { a: read(10, { pieces: 5, atOnce: 2 }) }).length).toBe(30)
    const few = { pieces: 5, atOnce: 4, source: source(3) }
    expect(play({ a: [] }, { a: read(10, few) }).length).toBe(20)
  })

  it('shares the warehouse among all that work in it', () => {
    const night = play({ a: [], b: [] }, { a: made(0, 10), b: made(0, 30) })
    // Both at half speed for 20 seconds, then the other alone.
    expect(night.length).toBeCloseTo(40)
    expect(night.loads.get('a')).toEqual({ start: 0, end: expect.closeTo(20) })
    expect(night.most).toMatchObject({ functions: 2, statements: 2 })
  })

  it('begins a table once all is complete that it needs', () => {
    const night = play({ a: [], b: [], c: ['a', 'b'] }, { a: made(5), b: made(9), c: made(1) })
    expect(night.loads.get('c')).toEqual({ start: 9, end: 10 })
  })
})
