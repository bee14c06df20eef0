import type { Graph } from '../graph/graph.ts'
import { criticalPath } from '../graph/schedule.ts'
import { secondsOf, type TableOutcome } from './night.ts'

/** Tables of which each is made from the one before it. */
export interface Chain {
  readonly tables: readonly string[]
  /** How long they took together. */
  readonly seconds: number
}

/**
 * The critical path of a night that was: no night with these durations can be over sooner, however
 * much runs side by side. Undefined where nothing took any time.
 */
export function chainOf(
  graph: Graph,
  outcomes: ReadonlyMap<string, TableOutcome>,
): Chain | undefined {
  const seconds = (id: string) => secondsOf(outcomes.get(id)) ?? 0
  const path = criticalPath(graph, seconds)
  // What took no time at all is not worth a place at the front.
  const first = path.findIndex((id) => seconds(id) > 0)
  if (first < 0) return undefined
  const tables = path.slice(first)
  return { tables, seconds: tables.reduce((sum, id) => sum + seconds(id), 0) }
}
