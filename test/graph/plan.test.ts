import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Graph } from '../../lib/graph/graph.ts'
import { type Plan, planOf } from '../../lib/graph/plan.ts'
import { criticalPath, expected, scheduleOf } from '../../lib/graph/schedule.ts'
import { graphBy, randomGraph, randomOf, randomSeconds, type Shape } from './random.ts'

const shape = (plan: Plan): string => {
  if (plan.kind === 'table') {
    return plan.awaits.length > 0 ? `${plan.node.id}:${plan.awaits.join(',')}` : plan.node.id
  }
  if (plan.kind === 'series') return `(${plan.steps.map(shape).join(' > ')})`
  return `[${plan.branches.map(shape).sort().join(' | ')}]`
}

/** What comes before each table in a plan, in the machine and by waiting. */
function order(plan: Plan, graph: Graph) {
  const before = new Map<string, Set<string>>()
  const walk = (plan: Plan, earlier: ReadonlySet<string>): string[] => {
    if (plan.kind === 'table') {
      before.set(plan.node.id, new Set([...earlier, ...plan.awaits]))
      return [plan.node.id]
    }
    if (plan.kind === 'parallel') return plan.branches.flatMap((branch) => walk(branch, earlier))
    const done: string[] = []
    for (const step of plan.steps) done.push(...walk(step, new Set([...earlier, ...done])))
    return done
  }
  const all = walk(plan, new Set())
  expect(all.sort()).toEqual([...graph.keys()].sort())
  return before
}

/** All that each table needs, directly or not. */
function upstreams(graph: Graph): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const { id, needs } of graph.values()) {
    found.set(id, new Set(needs.flatMap((need) => [need, ...(found.get(need) ?? [])])))
  }
  return found
}

const some = () => 1
const shapes: Shape[] = ['layered', 'scale-free', 'series-parallel']

describe('planOf', () => {
  it('lets tables that have nothing to do with each other run side by side', () => {
    const graph = graphBy(3, () => [])
    expect(shape(planOf(graph, some))).toBe('[t0 | t1 | t2]')
  })
  it('puts a table after all that it is made from, and nothing else', () => {
    const graph = graphBy(5, (at) => [[], [], [0, 1], [], [2, 3]][at] ?? [])
    expect(shape(planOf(graph, some))).toBe('([([t0 | t1] > t2) | t3] > t4)')
  })
  it('puts a table after the upstream that ends last, and lets it await the others', () => {
    // Two of two mirrors, which share one: neither side may wait for the other.
    const graph = graphBy(5, (at) => [[], [], [], [0, 1], [1, 2]][at] ?? [])
    const slow = (slowest: string) => (id: string) => (id === slowest ? 9 : 1)
    expect(shape(planOf(graph, slow('t1')))).toBe('[(t1 > [t3:t0 | t4:t2]) | t0 | t2]')
    expect(shape(planOf(graph, slow('t0')))).toBe('[([t1 | t2] > t4) | (t0 > t3:t1)]')
  })
  it('makes of a part what the part has, and awaits the rest', () => {
    const graph = graphBy(4, (at) => [[], [0], [0, 1], [2]][at] ?? [])
    expect(shape(planOf(graph, some, ['t1', 't3']))).toBe('[t1:t0 | t3:t2]')
  })
  it('arranges what can be arranged without any awaiting', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 80 }), (seed, size) => {
        const random = randomOf(seed)
        const graph = randomGraph('series-parallel', size, random)
        const seconds = randomSeconds(graph, random)
        expect(shape(planOf(graph, (id) => seconds.get(id) ?? 0))).not.toContain(':')
      }),
      { numRuns: 200 },
    )
  })
  it('has a table after all that it needs, and after nothing that it does not need', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(...shapes),
        (seed, size, kind) => {
          const random = randomOf(seed)
          const graph = randomGraph(kind, size, random)
          const seconds = randomSeconds(graph, random)
          const before = order(
            planOf(graph, (id) => seconds.get(id) ?? 0),
            graph,
          )
          const upstream = upstreams(graph)
          for (const { id, needs } of graph.values()) {
            const all = [...(before.get(id) ?? [])]
            const reached = new Set(all.flatMap((other) => [other, ...(upstream.get(other) ?? [])]))
            expect(needs.filter((need) => !reached.has(need))).toEqual([])
            expect(all.filter((other) => !upstream.get(id)?.has(other))).toEqual([])
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('scheduleOf', () => {
  const graph = graphBy(4, (at) => [[], [], [0, 1], [1]][at] ?? [])
  const seconds = (id: string) => ({ t0: 5, t1: 3, t2: 2, t3: 1 })[id] ?? 0
  it('starts a table as soon as what it needs has ended', () => {
    expect(Object.fromEntries(scheduleOf(graph, seconds))).toEqual({
      t0: { start: 0, end: 5 },
      t1: { start: 0, end: 3 },
      t2: { start: 5, end: 7 },
      t3: { start: 3, end: 4 },
    })
  })
  it('knows the chain that the night is as long as', () => {
    expect(criticalPath(graph, seconds)).toEqual(['t0', 't2'])
  })
  it('takes a table that was never seen for one like the others', () => {
    expect(expected({ a: 1, b: 30, c: 20 })('d')).toBe(20)
    expect(expected({ a: 1 })('a')).toBe(1)
    expect(expected({})('a')).toBe(60)
  })
})
