import { describe, expect, it } from '@jest/globals'
import { calendar, integer, sql, table, transform } from '#lib'
import { graphOf, upstream } from '../../lib/graph/graph.ts'
import { select } from '../../lib/graph/select.ts'
import { definition } from '../../lib/table/definition.ts'

type Any = Parameters<typeof made>[1][number]

const source = (name: string) =>
  table(name, {
    columns: { id: integer() },
    from: calendar('2026-01-01', '2026-01-01'),
    row: () => ({ id: 1 }),
  })

const made = (name: string, needs: ReturnType<typeof source>[]) => {
  const [first, ...others] = needs
  if (!first) throw new Error('needs something')
  const from = others.reduce((all, next) => sql`${all} cross join ${next}`, sql`${first}`)
  return transform(name, { select: { id: first.id }, from }) as unknown as typeof first
}

const [a, b, c] = [source('a'), source('b'), source('c')] as [Any, Any, Any]
const ab = made('ab', [a, b])
const abc = made('abc', [ab, c])

describe('graphOf', () => {
  it('puts each table after those it is made from', () => {
    expect([...graphOf([abc, ab, c, b, a]).keys()]).toEqual(['a', 'b', 'ab', 'c', 'abc'])
  })
  it('passes over exports that are no tables', () => {
    expect(graphOf([a, 'text', null, () => 1]).size).toBe(1)
  })
  it('fails on every mistake at once, and names the path of a circle', () => {
    const circle = source('circle')
    const second = made('second', [circle])
    // Imported values cannot form a circle; a definition made by hand can.
    const own = {
      ...circle[definition],
      made: { by: 'transform', query: sql``, needs: [second[definition]] },
    }
    const closed = { [definition]: own }
    expect(() => graphOf([closed, second, a, a, ab])).toThrow(
      'the warehouse does not hold together:\n' +
        '  two tables are called a\n' +
        '  ab is made from b, which is not exported\n' +
        '  circle > second > circle is a circle',
    )
  })
})

describe('select', () => {
  const graph = graphOf([a, b, c, ab, abc])
  it('takes every table where none is named', () => {
    expect(select(graph).size).toBe(5)
  })
  it('takes a table alone, or with all that it is made from', () => {
    expect([...select(graph, ['abc'])]).toEqual(['abc'])
    expect([...select(graph, ['+ab', 'c'])].sort()).toEqual(['a', 'ab', 'b', 'c'])
    expect([...upstream(graph, 'abc')].sort()).toEqual(['a', 'ab', 'b', 'c'])
  })
  it('takes a table with all that is made from it', () => {
    expect([...select(graph, ['a+'])].sort()).toEqual(['a', 'ab', 'abc'])
    expect([...select(graph, ['+ab+'])].sort()).toEqual(['a', 'ab', 'abc', 'b'])
  })
  it('fails on every unknown name, and lists the tables there are', () => {
    expect(() => select(graph, ['x', '+y', 'a'])).toThrow(
      'no such table: x, +y; there are a, ab, abc, b, c',
    )
  })
})
