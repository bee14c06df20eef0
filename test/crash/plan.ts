import { definitionOf, type Graph } from '../../lib/graph/graph.ts'
import { isTask } from '../../lib/table/definition.ts'
import type { CalmCall } from './calls.ts'
import { type Mishap, mishaps } from './mishaps.ts'
import type { Stage } from './stage.ts'
import { type Story, stories } from './stories.ts'
import { FORCED } from './tables.ts'
import { calmStory, tell } from './tale.ts'
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

/** Something that goes wrong at one call. */
export interface Trial {
  /** The kind of table, or the story. */
  readonly kind: string
  /** The table or task. */
  readonly table: string
  readonly mishap: string
  readonly call: CalmCall
  /** Gives what is not as it should be then, in sentences. */
  attempt(): Promise<string[]>
}

/** Trials that have something in common, and are planned only once they are asked for. */
export interface Plan {
  readonly kind: string
  readonly table: string
  trials(): Promise<Trial[]>
}

/** All that can go wrong, in the same order every time: with each table, and in each story. */
export const plans = (stage: Stage): Plan[] => [...plansOfTables(stage), ...plansOfStories(stage)]

/** The stories that wait for something to be mended, and what that is. */
export const waiting = (): string[] =>
  Object.entries<Story>(stories).flatMap(([name, { awaits }]) =>
    awaits === undefined ? [] : [`${name}: ${awaits}`],
  )

/** Those that take longer than all others together. */
export const isSlow = ({ kind, table }: Plan): boolean =>
  kind === kindOf(table) && everyOf(table) >= 7

function plansOfTables(stage: Stage): Plan[] {
  const { graph } = stage
  const kinds = Object.keys(KINDS).filter((table) => graph.has(table))
  const others = [...graph.keys()].filter((table) => !kinds.includes(table))
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

/** Not those at the night's beginning and end, which are the same for all tables. */
const isOwn = ({ by }: CalmCall): boolean => !['prepare', 'report', 'end'].includes(by)

const plansOfStories = (stage: Stage): Plan[] =>
  Object.entries<Story>(stories).flatMap(([kind, story]) => {
    const tables = story.awaits === undefined ? story.tables : []
    return tables
      .filter((table) => stage.graph.has(table))
      .map((table, index) => ({
        ...{ kind, table },
        trials: () => trialsOfStory(stage, { kind, story, table, isFirst: index === 0 }),
      }))
  })

async function trialsOfStory(
  stage: Stage,
  { kind, story, table, isFirst }: { kind: string; story: Story; table: string; isFirst: boolean },
): Promise<Trial[]> {
  const calm = await calmStory(stage, story, table)
  const calls = isFirst ? calm.calls : calm.calls.filter(isOwn)
  return story.ways.flatMap((way) =>
    calls.map((call) => ({
      ...{ kind, table, mishap: `${way}: ${kind}`, call },
      attempt: () => tell(stage, story, { table, way, at: call.number, calm }),
    })),
  )
}

/** What changes something at a service. */
const WRITES = /^(s3 (PUT|POST|DELETE) |redshift \w+ExecuteStatement usher )/

/**
 * A part of a plan: one in so many trials, the first of each kind, of each mishap and of each function,
 * and every death at what the first table writes.
 */
export function slice(planned: readonly Trial[], every: number): Trial[] {
  const seen = new Set<string>()
  return planned.filter(({ kind, table, mishap, call }, at) => {
    const names = [kind, mishap, call.by]
    const isNew = names.some((name) => !seen.has(name))
    const isDeath = mishap.endsWith('is tried again') && WRITES.test(call.what)
    const isTaken = isNew || at % every === 0 || (isDeath && table === planned[0]?.table)
    if (isTaken) for (const name of names) seen.add(name)
    return isTaken
  })
}
