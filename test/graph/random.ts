import type { Graph, Node } from '../../lib/graph/graph.ts'

/** Numbers between 0 and 1 that are the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A graph whose tables are `t0`, `t1`, …; `needs` gives the numbers of what each is made from. */
export function graphBy(size: number, needs: (at: number) => Iterable<number>): Graph {
  const id = (at: number) => `t${at}`
  return new Map(
    Array.from({ length: size }, (_, at) => {
      const node = {
        id: id(at),
        needs: [...new Set(needs(at))].filter((need) => need < at).map(id),
      } as unknown as Node
      return [node.id, node]
    }),
  )
}

export type Shape = 'layered' | 'scale-free' | 'series-parallel'

/** A random warehouse of a shape. */
export function randomGraph(shape: Shape, size: number, random: () => number): Graph {
  const upTo = (most: number) => Math.floor(random() * most)
  if (shape === 'layered') {
    // Mirrors, and layers of tables each made from one to four of the layer below, or any earlier.
    const layers = 3 + upTo(5)
    const layerOf = (at: number) => Math.floor((at * layers) / size)
    return graphBy(size, (at) => {
      const end = Math.ceil((layerOf(at) * size) / layers)
      const start = Math.ceil(((layerOf(at) - 1) * size) / layers)
      if (layerOf(at) === 0) return []
      return Array.from({ length: 1 + upTo(4) }, () =>
        random() < 0.8 ? start + upTo(end - start) : upTo(end),
      )
    })
  }
  if (shape === 'scale-free') {
    // What is much used is used more: each table takes from the ends of earlier links.
    const ends: number[] = []
    return graphBy(size, (at) => {
      const needs =
        at < size * 0.3
          ? []
          : Array.from({ length: 1 + upTo(3) }, () => ends[upTo(ends.length)] ?? 0)
      ends.push(at, ...needs)
      return needs
    })
  }
  return seriesParallel(size, random)
}

function seriesParallel(size: number, random: () => number): Graph {
  const needs: number[][] = Array.from({ length: size }, () => [])
  /** Arranges the tables from `start` on, after `before`; gives those that nothing of it needs. */
  const build = (start: number, count: number, before: readonly number[]): number[] => {
    if (count === 1) {
      needs[start] = [...before]
      return [start]
    }
    const first = 1 + Math.floor(random() * (count - 1))
    if (random() < 0.5) {
      return build(start + first, count - first, build(start, first, before))
    }
    return [...build(start, first, before), ...build(start + first, count - first, before)]
  }
  build(0, size, [])
  return graphBy(size, (at) => needs[at] ?? [])
}

/** Seconds for each table: log-normal, so that a few take most of the night. */
export function randomSeconds(graph: Graph, random: () => number, sigma = 1): Map<string, number> {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return new Map([...graph.keys()].map((id) => [id, 60 * Math.exp(sigma * normal())]))
}
