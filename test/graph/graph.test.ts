import { describe, expect, it } from '@jest/globals'
import { calendar, integer, sql, table, task, transform } from '#lib'
import { graphOf, tablesOf, upstream } from '../../lib/graph/graph.ts'
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
      needs: [second[definition]],
    }
    const closed = { [definition]: own }
    expect(() => graphOf([closed, second, a, a, ab])).toThrow(
      'the warehouse does not hold together:\n' +
        '  two tables are called a\n' +
        '  ab needs b, which is not exported\n' +
        '  circle > second > circle is a circle',
    )
  })
})

describe('tasks', () => {
  const run = async () => {}
  it('come after what they name, and before what names them', () => {
    const files = task('files', { run })
    const d = table('d', {
      columns: { id: integer() },
      from: calendar('2026-01-01', '2026-01-01'),
      row: () => ({ id: 1 }),
      after: [files],
    })
    const tidy = task('tidy', { after: [ab, d, files], run })
    const graph = graphOf([tidy, d, ab, b, a, files])
    expect([...graph.keys()]).toEqual(['a', 'b', 'ab', 'files', 'd', 'tidy'])
    expect([...upstream(graph, 'tidy')].sort()).toEqual(['a', 'ab', 'b', 'd', 'files'])
    expect([graph.get('tidy')?.table, graph.get('d')?.task]).toEqual([undefined, undefined])
    expect(tablesOf(graph).map(({ id }) => id)).toEqual(['a', 'b', 'ab', 'd'])
    expect([...select(graph, ['+d', 'tidy'])].sort()).toEqual(['d', 'files', 'tidy'])
  })
  it('are needed once where they are both mentioned and named', () => {
    const both = transform('both', { select: { id: a.id }, from: sql`${a}`, after: [a, b] })
    expect(graphOf([a, b, both]).get('both')?.needs).toEqual(['a', 'b'])
  })
  it('fail on the same mistakes as tables', () => {
    const first = task('first', { run })
    // Imported values cannot form a circle; a definition made by hand can.
    const second = task('second', { after: [first, c], run })
    const closed = { [definition]: { ...first[definition], needs: [second[definition]] } }
    const tasks = [closed, second, a, task('a', { run }), second]
    expect(() => graphOf(tasks)).toThrow(
      'the warehouse does not hold together:\n' +
        '  a table and a task are called a\n' +
        '  two tasks are called second\n' +
        '  second needs c, which is not exported\n' +
        '  first > second > first is a circle',
    )
    expect(() => task('Tidy up', { run })).toThrow("the task name 'Tidy up' must be lower-case")
    expect(() => task('early', { after: [undefined as never], run })).toThrow(
      'early: undefined in after: there is no such export, or two files import each other',
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
