import { definitionOf, type Graph } from '../../lib/graph/graph.ts'
import { isTask } from '../../lib/table/definition.ts'
import { isOwn } from './calls.ts'
import { type Mishap, mishaps } from './mishaps.ts'
import type { Plan, Trial } from './plan.ts'
import type { Stage } from './stage.ts'
import { FORCED } from './tables.ts'
import { REFUSED } from './tidal.ts'
import { attempt, type Calm, calmNight } from './trial.ts'

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

const kindOf = (table: string): string =>
  Object.hasOwn(KINDS, table) ? KINDS[table as keyof typeof KINDS].kind : 'others of the sample'

const everyOf = (table: string): number =>
  Object.hasOwn(KINDS, table) ? KINDS[table as keyof typeof KINDS].every : OTHERS

/** Those that take longer than all others together. */
export const isSlow = (table: string): boolean => everyOf(table) >= 7

/** Whatever can go wrong with each table: first with those of which each is of a kind. */
export function plansOfTables(stage: Stage): Plan[] {
  const { graph } = stage
  const kinds = Object.keys(KINDS).filter((table) => graph.has(table))
  const others = [...graph.keys()].filter((table) => !kinds.includes(table) && table !== REFUSED)
  return [...kinds, ...others].map((table, index) => ({
    ...{ kind: kindOf(table), table },
    trials: () => trialsOfTable(stage, table, index),
  }))
}

async function trialsOfTable(stage: Stage, table: string, index: number): Promise<Trial[]> {
  const calm = await calmNight(stage, table)
  const kind = kindOf(table)
  return (Object.keys(mishaps) as Mishap[]).flatMap((mishap, order) => {
    const calls = callsOf(stage.graph, table, mishap, calm, index === 0)
    // Which of them it is differs from one mishap to the next.
    const chosen = calls.filter((_, at) => (at + index + order) % everyOf(table) === 0)
    return chosen.map((call) => ({
      ...{ kind, table, mishap, call },
      attempt: () => attempt(stage, { table, mishap, at: call.number, calm }),
    }))
  })
}

/** The calls at which something can go wrong; those that are the same for all tables, for the first. */
function callsOf(graph: Graph, table: string, mishap: Mishap, { calls }: Calm, isFirst: boolean) {
  const own = isFirst || table === FORCED ? calls : calls.filter(isOwn)
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
