import { definitionOf, type Graph } from '../../lib/graph/graph.ts'
import { isTask } from '../../lib/table/definition.ts'
import { type Mishap, mishaps } from './mishaps.ts'
import type { Stage } from './stage.ts'
import { FORCED } from './tables.ts'
import { type Calm, calmNight, type Trial } from './trial.ts'

/** Each kind of table: of those that take long, one call in so many is tried, and of the others each. */
const KINDS = {
  venues: { kind: 'a mirror of MySQL', every: 1 },
  orders: { kind: 'incremental, with keys', every: 1 },
  listings: { kind: 'read in chunks', every: 1 },
  merged: { kind: 'merged', every: 1 },
  all_sales: { kind: 'a transform', every: 1 },
  dated: { kind: 'a transform of its date', every: 1 },
  analyze: { kind: 'a task', every: 1 },
  forced: { kind: 'forced', every: 1 },
  clicks: { kind: 'files, copied where they lie', every: 3 },
  bulky: { kind: 'sent in pieces', every: 7 },
  fresh: { kind: 'with a secret nobody has read', every: 3 },
  searches: { kind: 'days of a search cluster', every: 3 },
  dim_date: { kind: 'a generator', every: 5 },
  sixpack_experiments: { kind: 'Redis', every: 5 },
  ga_sessions: { kind: 'days of Google Analytics', every: 17 },
  boxoffice_sales: { kind: 'days of an API', every: 31 },
} as const satisfies Record<string, { kind: string; every: number }>

/** Of the other tables of the sample, one call in so many. */
const OTHERS = 41

export const kindOf = (table: string): string =>
  Object.hasOwn(KINDS, table) ? KINDS[table as keyof typeof KINDS].kind : 'others of the sample'

/** A trial, and what it is compared with. */
export interface Planned extends Trial {
  readonly calm: Calm
}

/** One table of each kind, but for those that take longer than all others together. */
export const quick = ({ graph }: Stage): string[] =>
  Object.entries(KINDS).flatMap(([table, { every }]) =>
    every < 7 && graph.has(table) ? [table] : [],
  )

/** Every table, with those first of which each is of a kind. */
export function all({ graph }: Stage): string[] {
  const kinds = Object.keys(KINDS).filter((table) => graph.has(table))
  return [...kinds, ...[...graph.keys()].filter((table) => !kinds.includes(table))]
}

/** Whatever can go wrong with some tables, in the same order every time. */
export async function plan(stage: Stage, tables: readonly string[]): Promise<Planned[]> {
  const { graph } = stage
  const planned: Planned[] = []
  for (const [index, table] of tables.entries()) {
    const calm = await calmNight(stage, table)
    const every = Object.hasOwn(KINDS, table) ? KINDS[table as keyof typeof KINDS].every : OTHERS
    for (const [order, mishap] of (Object.keys(mishaps) as Mishap[]).entries()) {
      const calls = callsOf(graph, table, mishap, calm, index === 0)
      // Which of them it is differs from one mishap to the next.
      const chosen = calls.filter((_, at) => (at + index + order) % every === 0)
      planned.push(...chosen.map((call) => ({ table, mishap, call, calm })))
    }
  }
  return planned
}

/** The calls at which something can go wrong; those that are the same for all tables, for the first. */
function callsOf(graph: Graph, table: string, mishap: Mishap, { calls }: Calm, isFirst: boolean) {
  const shared = ['prepare', 'report']
  const own = isFirst || table === FORCED ? calls : calls.filter(({ by }) => !shared.includes(by))
  if (mishap.startsWith('died in COPY')) {
    const one = definitionOf(graph, table)
    const copies = one && !isTask(one) && one.made.by !== 'transform'
    return copies ? calls.filter(({ by }) => by !== 'extract') : []
  }
  if (!mishap.startsWith('it is throttled')) return own
  // A client waits long before it tries again: one call of each kind.
  const kinds = own.map(({ service, what, by }) => `${by} ${service} ${what.split(' ')[1]}`)
  return own.filter((_, at) => kinds.indexOf(kinds[at] ?? '') === at)
}

/** What changes something at a service. */
const WRITES = /^(s3 (PUT|POST|DELETE) |redshift \w+ExecuteStatement usher )/

/**
 * A part of a plan: one in so many trials, the first of each kind of table, of each mishap and of each
 * function, and every death at what the first table writes.
 */
export function slice(planned: readonly Planned[], every: number): Planned[] {
  const seen = new Set<string>()
  return planned.filter(({ table, mishap, call }, at) => {
    const names = [kindOf(table), mishap, call.by]
    const isNew = names.some((name) => !seen.has(name))
    const isDeath = mishap.endsWith('is tried again') && WRITES.test(call.what)
    const isTaken = isNew || at % every === 0 || (isDeath && table === planned[0]?.table)
    if (isTaken) for (const name of names) seen.add(name)
    return isTaken
  })
}
