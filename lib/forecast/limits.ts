import type { Graph } from '../graph/graph.ts'
import { ALLOWED, type Budget } from '../machine/budget.ts'
import { type Definition, keyOf } from '../table/definition.ts'
import { extractMegabytes, MINUTES } from '../table/resources.ts'
import type { Forecast } from './forecast.ts'
import { CPU_MEGABYTES, EXTRACT_USES } from './rates.ts'
import { extractSeconds } from './work.ts'

/** Something that AWS, a source or people allow only so much of. */
export interface Limit {
  readonly what: string
  readonly unit: 'seconds' | 'count' | 'bytes' | 'megabytes'
  readonly used: number
  readonly allowed: number
  /** The table that uses most of it. */
  readonly table?: string | undefined
  /** What to do where it is not enough. */
  readonly remedy: string
}

/** Seconds after which MySQL ends a SELECT, and that an extract needs after its last row. */
const SELECT_SECONDS = 840
const MARGIN = 10
/** What an account may have at once, unless AWS has been asked for more. */
const FUNCTIONS = 1000
/** The lower of the two numbers that AWS's documents have had. */
const STATEMENTS = 200
const PAYLOAD = 262_144
/** Bytes of what goes from state to state besides the names of tables. */
const RECORD = 1000

/** What a forecast takes of all limits; `window` is the seconds that a night may take. */
export function limitsOf(graph: Graph, night: Forecast, window: number): Limit[] {
  const { budgets, timeline } = night
  const most = (of: (budget: Budget) => number) => Math.max(...budgets.map(of))
  return [
    {
      what: 'night',
      unit: 'seconds',
      used: night.seconds,
      allowed: window,
      ...slowest(graph, night),
    },
    ...longestFunction(graph, night),
    ...leastMemory(graph, night),
    {
      ...{ what: 'functions at once', unit: 'count', used: timeline.most.functions },
      allowed: FUNCTIONS,
      remedy: 'ask AWS for more concurrent executions',
    },
    {
      ...{ what: 'statements at once', unit: 'count', used: timeline.most.statements },
      allowed: STATEMENTS,
      remedy: 'give the sources fewer connections',
    },
    {
      ...{ what: 'history of an execution', unit: 'count', allowed: ALLOWED.events },
      used: most(({ events, waiting }) => events + waiting),
      remedy: 'give the sources more connections',
    },
    {
      ...{ what: 'definition of a machine', unit: 'bytes', used: most(({ bytes }) => bytes) },
      allowed: ALLOWED.bytes,
      remedy: 'shorten the names of tables',
    },
    {
      ...{ what: 'payload of a state', unit: 'bytes', allowed: PAYLOAD },
      used: RECORD + JSON.stringify([...graph.keys()]).length,
      remedy: 'ask for fewer tables by name',
    },
  ]
}

/** The limits that are not kept, that which breaks first first: where rows grow, it is exceeded most. */
export const broken = (limits: readonly Limit[]): Limit[] =>
  limits
    .filter(({ used, allowed }) => used > allowed)
    .sort((a, b) => b.used / b.allowed - a.used / a.allowed)

function longestFunction(graph: Graph, { works }: Forecast): Limit[] {
  const all = [...works].flatMap(([id, { extract }]) => {
    const table = graph.get(id)?.table
    if (!extract || !table) return []
    const own = 60 * (table.resources.minutes ?? MINUTES) - MARGIN
    const allowed = extract.source.kind === 'mysql' ? Math.min(SELECT_SECONDS, own) : own
    return [{ table, used: extract.seconds, allowed }]
  })
  const [worst] = all.sort((a, b) => b.used / b.allowed - a.used / a.allowed)
  if (!worst) return []
  const { table, used, allowed } = worst
  const remedy = lighten(table)
  return [{ what: 'time of an extract', unit: 'seconds', used, allowed, table: table.id, remedy }]
}

function leastMemory(graph: Graph, { works }: Forecast): Limit[] {
  const tables = [...works].flatMap(([id, { extract }]) => {
    const table = extract && graph.get(id)?.table
    return table && table.made.by !== 'copy' ? [table] : []
  })
  const [least] = tables.sort((a, b) => extractMegabytes(a) - extractMegabytes(b))
  if (!least) return []
  const { id, resources } = least
  const what = { what: 'memory of an extract', unit: 'megabytes', used: EXTRACT_USES } as const
  const table = resources.memory === undefined ? undefined : id
  return [{ ...what, allowed: extractMegabytes(least), table, remedy: `${id}: more memory` }]
}

/** What makes the extract of a table shorter. */
function lighten(table: Definition): string {
  const { id, made, resources } = table
  if (resources.memory !== undefined && resources.memory < CPU_MEGABYTES) {
    return `${id}: memory of ${CPU_MEGABYTES}`
  }
  if (made.by !== 'extract' || made.from.source.kind !== 'mysql') {
    return `${id}: read it in shorter days, or copy files`
  }
  if (made.chunks) return `${id}: chunks of fewer rows`
  const key = table.columns.find(
    ({ name, column }) =>
      keyOf(table).includes(name) &&
      /^(smallint|integer|bigint|decimal\(\d+,0\))$/.test(column.facts.type.ddl),
  )
  return key ? `${id}: chunks by ${key.name}` : `${id}: incremental`
}

/** What a night is as long as, and what to do about it. */
function slowest(graph: Graph, night: Forecast): Pick<Limit, 'table' | 'remedy'> {
  const { works, chain } = night
  const sum = (of: (id: string) => number, ids: Iterable<string> = works.keys()) =>
    [...ids].reduce((total, id) => total + of(id), 0)
  const heavy = (id: string) => works.get(id)?.heavy ?? 0
  const reading = (id: string) => {
    const { extract } = works.get(id) ?? {}
    return extract ? extract.pieces * extract.seconds : 0
  }
  const most = (of: (id: string) => number, ids: Iterable<string> = works.keys()) =>
    [...ids].reduce((best, id) => (of(id) > of(best) ? id : best))
  const bySource = Map.groupBy(works.keys(), (id) => works.get(id)?.extract?.source)
  const queues = [...bySource].flatMap(([source, ids]) =>
    source?.connections ? [{ seconds: sum(reading, ids) / source.connections, ids }] : [],
  )
  const queue = queues.sort((a, b) => b.seconds - a.seconds)[0] ?? { seconds: 0, ids: [] }
  const slow = most((id) => chainSeconds(night, id), chain.ids)
  const [warehouse, work] = [sum(heavy), chainSeconds(night, slow)]
  if (warehouse >= queue.seconds && warehouse >= work) {
    const table = most(heavy)
    return { table, remedy: `more baseCapacity, or less of ${table}` }
  }
  const table = queue.seconds > work ? most(reading, queue.ids) : slow
  return { table, remedy: shorten(graph, table, queue.seconds > work) }
}

function chainSeconds({ works }: Forecast, id: string): number {
  const { extract, start = 0, heavy = 0 } = works.get(id) ?? {}
  return (extract ? extractSeconds(extract) : 0) + start + heavy
}

function shorten(graph: Graph, id: string, waits: boolean): string {
  const table = graph.get(id)?.table
  if (!table || table.made.by === 'transform') return `make ${id} elsewhere, as with Spark`
  const isMysql = table.made.by === 'extract' && table.made.from.source.kind === 'mysql'
  if (isMysql && table.made.by === 'extract' && !table.made.incremental) return `${id}: incremental`
  return waits ? 'more connections to its source' : lighten(table)
}
