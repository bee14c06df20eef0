import { busySeconds } from '../cost/busy.ts'
import { usagesOf } from '../cost/shares.ts'
import { nothing, plus, type Usage } from '../cost/usage.ts'
import { definitionOf, type Graph, type Node } from '../graph/graph.ts'
import { criticalPath } from '../graph/schedule.ts'
import type { Budget } from '../machine/budget.ts'
import { type AnyDefinition, sourceOf } from '../table/definition.ts'
import { SMALL_MEGABYTES } from '../table/resources.ts'
import { COMPRESSION, EXTRACT_START, NIGHT_ENDS } from './rates.ts'
import { machinesFor } from './steps.ts'
import { type Timeline, timelineOf } from './timeline.ts'
import {
  extractSeconds,
  longer,
  secondsOf,
  usualRowBytes,
  type Volume,
  type Work,
  workOf,
} from './work.ts'

/** What is known of tables and tasks, by their ids. */
export interface Known {
  /** The rows of the last night that loaded a table, and its bytes on S3. */
  readonly loaded: ReadonlyMap<string, { readonly rows: number; readonly bytes?: number }>
  /** Rows that are asked about in place of these. */
  readonly rows: ReadonlyMap<string, number>
  /** Seconds that tables took in AWS, of as many rows as were loaded. */
  readonly seconds: Readonly<Record<string, number>>
}

/** The warehouse of a stage, as far as a forecast needs it. */
export interface Capacity {
  /** RPU, or slices of a cluster that are counted as one each. */
  readonly units: number
  /** Whether its time is charged for by the second. */
  readonly serverless: boolean
}

/** A night as it should be. */
export interface Forecast {
  /** Seconds from its start to its end. */
  readonly seconds: number
  /** The chain of tables that no night is shorter than, and its seconds. */
  readonly chain: { readonly ids: readonly string[]; readonly seconds: number }
  readonly works: ReadonlyMap<string, Work>
  readonly timeline: Timeline
  readonly budgets: readonly Budget[]
  /** What the whole night takes, and what each table or task does. */
  readonly usage: Usage
  readonly usages: ReadonlyMap<string, Usage>
  /** Seconds that the warehouse is charged for, where it is. */
  readonly busy: number
}

/** Says what a night takes with so many times the rows. */
export function forecast(graph: Graph, known: Known, capacity: Capacity, times = 1): Forecast {
  const works = worksOf(graph, known, capacity, times)
  const work = (id: string) => works.get(id) as Work
  const seconds = (id: string) => secondsOf(work(id))
  const timeline = timelineOf(graph, works)
  const ids = criticalPath(graph, seconds)
  const { budgets, awaits } = machinesFor(graph, seconds)
  const busy = busySeconds([...timeline.loads.values()])
  const usages = tableUsages(graph, works, timeline, capacity)
  const own = [...usages.values()].reduce(plus, nothing)
  // A budget leaves out the Map and its chunks, which have histories of their own.
  const chunked = [...works.values()].flatMap(({ extract }) => (extract?.inChunks ? extract : []))
  const chunks = chunked.reduce((sum, { pieces }) => sum + 1 + pieces, 0)
  const entered = budgets.reduce((sum, { transitions }) => sum + transitions, chunks)
  const around: Usage = {
    ...nothing,
    gbSeconds: (SMALL_MEGABYTES / 1024) * NIGHT_ENDS,
    calls: 2 + awaits.size,
    transitions: Math.max(0, entered - own.transitions),
  }
  return {
    seconds: NIGHT_ENDS + timeline.length,
    chain: { ids, seconds: ids.reduce((sum, id) => sum + seconds(id), 0) },
    ...{ works, timeline, budgets, usages, busy },
    usage: plus(own, around),
  }
}

function worksOf(
  graph: Graph,
  known: Known,
  { units }: Capacity,
  times: number,
): Map<string, Work> {
  const now = volumesOf(graph, known, times)
  const then = volumesOf(graph, { ...known, rows: new Map() }, 1)
  const of = (volumes: ReadonlyMap<string, Volume>) => (node: Node) =>
    workOf(node, volumes.get(node.id) as Volume, (id) => volumes.get(id)?.rows ?? 0, units)
  return new Map(
    [...graph.values()].map((node) => {
      const work = of(now)(node)
      // What was measured in AWS tells how far off the rates are.
      const measured = known.seconds[node.id]
      if (measured === undefined) return [node.id, work]
      return [node.id, longer(work, measured / secondsOf(of(then)(node)))]
    }),
  )
}

function volumesOf(graph: Graph, known: Known, times: number): Map<string, Volume> {
  return new Map(
    [...graph.values()].map(({ id, table }) => {
      const { rows: last = 0, bytes = 0 } = known.loaded.get(id) ?? {}
      const grows = table && sourceOf(table)?.kind !== 'generator'
      const rows = (known.rows.get(id) ?? last) * (grows ? times : 1)
      const measured = last > 0 && bytes > 0 ? (COMPRESSION * bytes) / last : undefined
      return [id, { rows, rowBytes: measured ?? (table ? usualRowBytes(table) : 0) }]
    }),
  )
}

/** What each table takes. */
function tableUsages(
  graph: Graph,
  works: ReadonlyMap<string, Work>,
  { loads }: Timeline,
  { units, serverless }: Capacity,
): Map<string, Usage> {
  const made = [...works].map(([id, { extract, bytes }]) => ({
    own: definitionOf(graph, id) as AnyDefinition,
    worked: loads.get(id) ?? { start: 0, end: 0 },
    bytes,
    ...(extract?.inChunks
      ? {
          read: { chunks: extract.pieces, seconds: extract.pieces * extract.seconds },
          extractSeconds: 2 * EXTRACT_START,
        }
      : { extractSeconds: extract && extractSeconds(extract) }),
  }))
  return usagesOf(made, serverless ? units : 0)
}
