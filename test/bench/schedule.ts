import type { Graph } from '../../lib/graph/graph.ts'
import { scheduleOf } from '../../lib/graph/schedule.ts'
import { randomGraph, randomOf, randomSeconds, type Shape } from '../graph/random.ts'
import { compile } from '../machine/compile.ts'
import { simulate } from '../machine/simulate.ts'

/**
 * How long a night is beside its critical path, over random warehouses: the compiled machine, made
 * for the durations of the night before, and the plain way of one level after another. As many
 * functions as there are tables may run at once.
 */

const shapes: Shape[] = ['layered', 'scale-free', 'series-parallel']
const sizes = [10, 20, 50, 100, 200, 500]
const rounds = 20

interface Ratios {
  readonly compiled: number
  readonly levels: number
  /** Seconds of waiting in states of their own, over the seconds of all tables. */
  readonly waited: number
}

function measure(shape: Shape, size: number, seed: number): Ratios {
  const random = randomOf(seed)
  const graph = randomGraph(shape, size, random)
  const lastNight = randomSeconds(graph, random)
  // Tonight each table takes up to twice as long as the last time, or half as long.
  const tonight = new Map([...lastNight].map(([id, last]) => [id, last * 2 ** (2 * random() - 1)]))
  const seconds = (id: string) => tonight.get(id) ?? 0
  const machines = compile(graph, (id) => lastNight.get(id) ?? 0)
  const { length, waited } = simulate(machines, seconds)
  const least = Math.max(...[...scheduleOf(graph, seconds).values()].map(({ end }) => end))
  const work = [...tonight.values()].reduce((sum, one) => sum + one, 0)
  return {
    compiled: length / least,
    levels: byLevels(graph, seconds) / least,
    waited: waited / work,
  }
}

/** The length of a night in which each level of tables waits for the whole level below. */
function byLevels(graph: Graph, seconds: (id: string) => number): number {
  const levels = new Map<string, number>()
  const longest: number[] = []
  for (const { id, needs } of graph.values()) {
    const level = Math.max(0, ...needs.map((need) => (levels.get(need) ?? 0) + 1))
    levels.set(id, level)
    longest[level] = Math.max(longest[level] ?? 0, seconds(id))
  }
  return longest.reduce((sum, one) => sum + one, 0)
}

function line(name: string, values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
  const mean = sorted.reduce((sum, one) => sum + one, 0) / sorted.length
  const columns = [mean, at(0), at(0.5), at(0.9), at(0.99), at(1)]
  return name.padEnd(30) + columns.map((value = 0) => value.toFixed(3).padStart(8)).join('')
}

console.log('length of a night over its critical path')
console.log(
  `${' '.repeat(30)}${['mean', 'least', 'median', '90 %', '99 %', 'most'].map((h) => h.padStart(8)).join('')}`,
)
const everything: Ratios[] = []
for (const shape of shapes) {
  const found = sizes.flatMap((size) =>
    Array.from({ length: rounds }, (_, round) => measure(shape, size, 1000 * size + round)),
  )
  everything.push(...found)
  console.log(
    line(
      `${shape}, compiled`,
      found.map(({ compiled }) => compiled),
    ),
  )
  console.log(
    line(
      `${shape}, by levels`,
      found.map(({ levels }) => levels),
    ),
  )
}
console.log(
  line(
    'all, compiled',
    everything.map(({ compiled }) => compiled),
  ),
)
console.log(
  line(
    'all, by levels',
    everything.map(({ levels }) => levels),
  ),
)
console.log('\nseconds of waiting over the seconds that tables take')
console.log(
  line(
    'all, compiled',
    everything.map(({ waited }) => waited),
  ),
)

const graph = randomGraph('layered', 1000, randomOf(1))
const start = performance.now()
const { budgets } = compile(graph, () => 60)
const seconds = (performance.now() - start) / 1000
console.log(`\n1,000 tables are compiled to ${budgets.length} machines in ${seconds.toFixed(2)} s`)
