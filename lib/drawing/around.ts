import { Failure } from '../error.ts'
import { type Graph, upstream } from '../graph/graph.ts'

/** How many names an error offers. */
const MOST = 5

/**
 * A table, all it is made from and all that is made from it. Throws a BadInput where there is no
 * such table, with the names that are near.
 */
export function around(graph: Graph, id: string): Set<string> {
  if (!graph.has(id)) {
    const names = [...graph.keys()].sort()
    const near = nearest(id, names)
    const hint =
      near.length > 0 ? `near it are ${near.join(', ')}` : `there are ${names.join(', ')}`
    throw new Failure('BadInput', `no such table: ${id}; ${hint}`)
  }
  const makes = [...graph.keys()].filter((other) => upstream(graph, other).has(id))
  return new Set([...upstream(graph, id), id, ...makes])
}

/** The names that someone may have meant, nearest first. */
export function nearest(word: string, names: readonly string[]): string[] {
  const wanted = word.toLowerCase()
  return names
    .map((name) => ({ name, far: distance(wanted, name) }))
    .filter(({ name, far }) => far <= Math.max(1, word.length / 3) || isPart(wanted, name))
    .sort((a, b) => a.far - b.far)
    .slice(0, MOST)
    .map(({ name }) => name)
}

const isPart = (word: string, name: string): boolean =>
  word.length > 2 && (name.includes(word) || word.includes(name))

/** How many letters must be changed, added or left out to make one word of the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1]
    for (const [j, otherLetter] of [...other].entries()) {
      const changed = (row[j] ?? 0) + (letter === otherLetter ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
