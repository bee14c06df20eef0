import type { Span } from '../cost/busy.ts'
import type { Graph } from '../graph/graph.ts'
import type { Work } from './work.ts'

/** When things of a night happen, in seconds from its start. */
export interface Timeline {
  readonly length: number
  /** When each table or task is worked at in the warehouse. */
  readonly loads: ReadonlyMap<string, Span>
  /** Seconds that a table waited for its source, where others had all connections. */
  readonly waits: ReadonlyMap<string, number>
  /** The most functions, readers of each source, and statements of the warehouse at once. */
  readonly most: {
    readonly functions: number
    readonly readers: ReadonlyMap<string, number>
    readonly statements: number
  }
}

/** A piece of work that goes on. */
interface Job {
  readonly id: string
  readonly kind: 'read' | 'start' | 'heavy'
  /** Seconds left, if nothing else goes on. */
  left: number
}

/** What is left to be read of a table. */
interface Queue {
  readonly id: string
  readonly since: number
  pieces: number
  running: number
}

/**
 * Plays a night: a table begins once all is complete that it needs; who reads a source waits for a
 * connection, first come, first served; what the warehouse has to do at one time shares it. Nothing
 * else is waited for.
 */
export function timelineOf(graph: Graph, works: ReadonlyMap<string, Work>): Timeline {
  const work = (id: string) => works.get(id) as Work
  const jobs = new Set<Job>()
  const queues: Queue[] = []
  const missing = new Map([...graph.values()].map(({ id, needs }) => [id, new Set(needs).size]))
  const made = new Map<string, string[]>()
  for (const { id, needs } of graph.values()) {
    for (const need of new Set(needs)) made.set(need, [...(made.get(need) ?? []), id])
  }
  const loads = new Map<string, Span>()
  const waits = new Map<string, number>()
  const readers = new Map<string, number>()
  const mostReaders = new Map<string, number>()
  const began = new Map<string, number>()
  let [now, functions, statements] = [0, 0, 0]

  function begin(id: string): void {
    const { extract } = work(id)
    if (extract) queues.push({ id, since: now, pieces: extract.pieces, running: 0 })
    else load(id)
  }

  function load(id: string): void {
    began.set(id, now)
    jobs.add({ id, kind: 'start', left: work(id).start })
  }

  /** Gives connections that are free to those who wait, the first first. */
  function read(): void {
    for (const queue of queues) {
      const { extract } = work(queue.id)
      if (!extract) continue
      const { source, atOnce, seconds } = extract
      const { name, connections = Number.POSITIVE_INFINITY } = source
      while (queue.pieces > 0 && queue.running < atOnce) {
        const taken = readers.get(name) ?? 0
        if (taken >= connections) break
        readers.set(name, taken + 1)
        mostReaders.set(name, Math.max(mostReaders.get(name) ?? 0, taken + 1))
        if (!waits.has(queue.id)) waits.set(queue.id, now - queue.since)
        queue.pieces--
        queue.running++
        jobs.add({ id: queue.id, kind: 'read', left: seconds })
      }
    }
  }

  function end({ id, kind }: Job): void {
    if (kind === 'read') {
      const name = work(id).extract?.source.name ?? ''
      readers.set(name, (readers.get(name) ?? 0) - 1)
      const at = queues.findIndex((queue) => queue.id === id)
      const queue = queues[at] as Queue
      queue.running--
      if (queue.pieces > 0 || queue.running > 0) return
      queues.splice(at, 1)
      load(id)
      return
    }
    if (kind === 'start') {
      jobs.add({ id, kind: 'heavy', left: work(id).heavy })
      return
    }
    loads.set(id, { start: began.get(id) ?? 0, end: now })
    for (const next of made.get(id) ?? []) {
      const left = (missing.get(next) ?? 0) - 1
      missing.set(next, left)
      if (left === 0) begin(next)
    }
  }

  for (const { id } of graph.values()) if (missing.get(id) === 0) begin(id)
  for (;;) {
    read()
    const running = [...jobs]
    if (running.length === 0) break
    const heavy = running.filter(({ kind }) => kind === 'heavy').length
    functions = Math.max(functions, running.length)
    statements = Math.max(statements, running.filter(({ kind }) => kind !== 'read').length)
    const slower = ({ kind }: Job) => (kind === 'heavy' ? heavy : 1)
    const step = Math.min(...running.map((job) => job.left * slower(job)))
    now += step
    for (const job of running) {
      job.left -= step / slower(job)
      if (job.left > 1e-9) continue
      jobs.delete(job)
      end(job)
    }
  }
  const most = { functions, readers: mostReaders, statements }
  return { length: now, loads, waits, most }
}
