import { busySeconds } from '../cost/busy.ts'
import { usageOf } from '../cost/table.ts'
import { costOf, dollarsOf, nothing, plus, type Usage } from '../cost/usage.ts'
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
  const usages = usagesOf(graph, works, timeline, capacity.serverless ? busy * capacity.units : 0)
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

/** The tables and tasks that cost most, the dearest first, with their US dollars. */
export const dearest = ({ usages }: Forecast): { id: string; dollars: number }[] =>
  [...usages]
    .map(([id, usage]) => ({ id, dollars: dollarsOf(costOf(usage)) }))
    .sort((a, b) => b.dollars - a.dollars)

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

/** What each table takes; the warehouse's time is divided by how long each was worked at. */
function usagesOf(
  graph: Graph,
  works: ReadonlyMap<string, Work>,
  { loads }: Timeline,
  rpuSeconds: number,
): Map<string, Usage> {
  const lasted = (id: string) => {
    const { start, end } = loads.get(id) ?? { start: 0, end: 0 }
    return end - start
  }
  const all = [...loads.keys()].reduce((sum, id) => sum + lasted(id), 0)
  return new Map(
    [...works].map(([id, { extract, bytes }]) => {
      const loadSeconds = lasted(id)
      const share = all > 0 ? (rpuSeconds * loadSeconds) / all : 0
      const read = extract?.inChunks
        ? {
            chunks: extract.pieces,
            chunkSeconds: extract.pieces * extract.seconds,
            extractSeconds: 2 * EXTRACT_START,
          }
        : { extractSeconds: extract && extractSeconds(extract) }
      return [
        id,
        usageOf(definitionOf(graph, id) as AnyDefinition, { ...read, loadSeconds, bytes }, share),
      ]
    }),
  )
}
