import type { Graph } from './graph.ts'

/** How long a table takes, in seconds. */
export type Seconds = (id: string) => number

/** When a table starts and ends if it waits for nothing but what it needs, in seconds. */
export interface Slot {
  readonly start: number
  readonly end: number
}

/** The night that waits for nothing but what is needed: no other is shorter. */
export function scheduleOf(graph: Graph, seconds: Seconds): Map<string, Slot> {
  const slots = new Map<string, Slot>()
  for (const { id, needs } of graph.values()) {
    const start = Math.max(0, ...needs.map((need) => slots.get(need)?.end ?? 0))
    slots.set(id, { start, end: start + seconds(id) })
  }
  return slots
}

/** The chain of tables that the night is as long as, the first first. */
export function criticalPath(graph: Graph, seconds: Seconds): string[] {
  const slots = scheduleOf(graph, seconds)
  const last = (ids: Iterable<string>) => {
    const end = (id: string) => slots.get(id)?.end ?? 0
    return [...ids].reduce<string | undefined>(
      (best, id) => (best === undefined || end(id) > end(best) ? id : best),
      undefined,
    )
  }
  const path: string[] = []
  for (let id = last(graph.keys()); id !== undefined; id = last(graph.get(id)?.needs ?? [])) {
    path.unshift(id)
  }
  return path
}

/** Seconds that a table is thought to take where no table is known yet. */
const USUAL = 60

/** The durations that are known of a warehouse's tables; of another, the median of them. */
export function expected(known: Readonly<Record<string, number>>): Seconds {
  const sorted = Object.values(known).toSorted((a, b) => a - b)
  const median = sorted[sorted.length >> 1] ?? USUAL
  return (id) => known[id] ?? median
}
