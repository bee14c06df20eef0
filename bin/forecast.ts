import { LISTED } from '../lib/cost/prices.ts'
import { standingCost } from '../lib/cost/standing.ts'
import { type Cost, costOf, dollarsOf } from '../lib/cost/usage.ts'
import { duration } from '../lib/drawing/words.ts'
import type { Capacity, Forecast } from '../lib/forecast/forecast.ts'
import { broken, type Limit } from '../lib/forecast/limits.ts'
import { type Graph, tablesOf } from '../lib/graph/graph.ts'
import type { Stage } from '../lib/stacks/stage.ts'
import { sourceOf } from '../lib/table/definition.ts'
import { columns, count, size } from '../local/display.ts'
import { dearest, money } from './money.ts'

/** A night with so many times the rows, and what it takes of all limits. */
export interface Look {
  readonly times: number
  readonly night: Forecast
  readonly limits: readonly Limit[]
}

interface Sight {
  readonly stage: Stage
  readonly capacity: Capacity
  readonly graph: Graph
  readonly now: Look
  /** The same with ever more rows. */
  readonly growth: readonly Look[]
  /** The tables of which it is not known how many rows there are. */
  readonly unknown: readonly string[]
  /** How many tables and tasks have been measured in AWS. */
  readonly measured: number
}

/** Of tables, so many are named. */
const MOST = 5

/** Nights of a month. */
const NIGHTS = 30

/** A forecast, for a person to read. */
export function forecastLines(sight: Sight): string[] {
  const { stage, capacity, graph, now, growth, unknown, measured } = sight
  const { night, limits, times } = now
  const tables = tablesOf(graph).length
  const rows = times === 1 ? 'the rows' : `${count(times)} times the rows`
  return [
    `usher-${stage.name}-night: ${tables} tables, with ${rows} that were last loaded here.`,
    measured > 0
      ? `${measured} of them were timed in AWS (durations.json), the others are by rates alone.`
      : 'None has been timed in AWS: npx usher durations would correct what follows.',
    ...(unknown.length > 0 ? [`Never loaded here, so counted as empty: ${some(unknown)}.`] : []),
    '',
    `It takes ${duration(night.seconds)}: no less than ${duration(night.chain.seconds)}, as one is made from another:`,
    `  ${night.chain.ids.join(' > ')}`,
    '',
    ...costLines(night, stage, capacity),
    standingLine(graph, stage),
    '',
    ...limitLines(graph, night, limits),
    ...waitLines(night),
    '',
    ...growthLines([now, ...growth]),
    '',
    'docs/plan.md says how: what Redshift and the network do is assumed.',
  ]
}

function costLines(night: Forecast, { region }: Stage, { units, serverless }: Capacity): string[] {
  const { busy, usage } = night
  const cost = costOf(usage)
  const total = dollarsOf(cost)
  const of: Readonly<Record<keyof Cost, readonly [string, string]>> = {
    redshift: [
      'Redshift',
      serverless ? `${units} RPU for ${duration(busy)}` : 'nothing more: the cluster is there',
    ],
    lambda: [
      'Lambda',
      `${count(Math.ceil(usage.gbSeconds))} GB-seconds, ${count(usage.calls)} calls`,
    ],
    stepFunctions: ['Step Functions', `${count(usage.transitions)} transitions`],
    s3: ['S3', `${count(usage.puts)} PUT, ${count(usage.gets)} GET`],
  }
  const rows = Object.entries(of).map(([service, [name, what]]) => [
    `  ${name}`,
    money(cost[service as keyof Cost]),
    what,
  ])
  const elsewhere = region !== undefined && region !== LISTED.region
  return [
    `It costs ${money(total)}, ${money(NIGHTS * total)} a month: list prices of ${LISTED.region}, no free tier.`,
    ...(elsewhere ? [`  The stage is in ${region}, where prices differ.`] : []),
    ...columns(rows, [1]),
    `  dearest: ${dearest(night.usages)}`,
  ]
}

/** What there is to pay whether or not there are nights. */
function standingLine(
  graph: Graph,
  { sources = {}, vpc, warehouse, metrics = true }: Stage,
): string {
  const all = new Map(
    tablesOf(graph).flatMap((table) => {
      const source = sourceOf(table)
      return source ? [[source.name, source] as const] : []
    }),
  )
  const inVpc = Object.values(sources).some((source) => source.inVpc)
  const routed = vpc?.kind === 'existing' ? vpc.routeTableIds && vpc.availabilityZones.length : 3
  const { fixed, metrics: most } = standingCost({
    secrets: [...all.values()].filter(({ secret }) => secret !== undefined).length + 1,
    zones: inVpc ? (routed ?? 0) : 0,
    metrics: metrics ? metricsOf(graph) : 0,
  })
  const besides = warehouse.kind === 'new' ? ', and what lies in the warehouse' : ''
  return `Each month besides: ${money(fixed)} for key, secrets and endpoints, up to ${money(most)} for metrics${besides}.`
}

/** The metrics of a stage: lib/night/README.md lists them. */
function metricsOf(graph: Graph): number {
  const ofStage = 3
  return [...graph.values()].reduce((sum, { table, task }) => {
    if (task) return sum + 3
    if (table.made.by === 'transform') return sum + 4
    const inChunks = table.made.by === 'extract' && table.made.chunks
    return sum + (inChunks ? 5 : 6)
  }, ofStage)
}

function limitLines(graph: Graph, { timeline }: Forecast, limits: readonly Limit[]): string[] {
  const readers = [...timeline.most.readers].flatMap(([name, used]) => {
    const allowed = tablesOf(graph)
      .flatMap((table) => sourceOf(table) ?? [])
      .find((source) => source.name === name)?.connections
    if (allowed === undefined) return []
    return [{ what: `connections to ${name}`, unit: 'count', used, allowed } as const]
  })
  return columns(
    [
      ['limit', 'used', 'allowed', ''],
      ...[...limits, ...readers].map((limit) => [
        limit.what === 'night' ? limit.what : named(limit),
        amount(limit, limit.used),
        amount(limit, limit.allowed),
        percent(limit),
      ]),
    ],
    [1, 2, 3],
  )
}

function waitLines({ timeline }: Forecast): string[] {
  const waits = [...timeline.waits.values()].filter((seconds) => seconds > 0)
  if (waits.length === 0) return []
  const tables = waits.length === 1 ? '1 table waits' : `${waits.length} tables wait`
  return [`${tables} for a connection, ${duration(Math.max(...waits))} at most.`]
}

function growthLines(looks: readonly Look[]): string[] {
  const rows = looks.flatMap(({ times, night, limits }) => {
    const [first] = broken(limits)
    const all = [
      `x ${count(times)}`,
      duration(night.seconds),
      money(dollarsOf(costOf(night.usage))),
    ]
    if (!first) return [[...all, 'nothing']]
    return [
      [...all, `${named(first)}: ${percent(first)}`],
      ['', '', '', `  ${first.remedy}`],
    ]
  })
  return columns([['rows', 'night', 'cost', 'breaks first'], ...rows], [0, 1, 2])
}

const some = (ids: readonly string[]): string =>
  ids.length <= MOST
    ? ids.join(', ')
    : `${ids.slice(0, MOST).join(', ')} and ${ids.length - MOST} more`

const named = ({ what, table }: Pick<Limit, 'what' | 'table'>): string =>
  table ? `${what}: ${table}` : what

const percent = ({ used, allowed }: Pick<Limit, 'used' | 'allowed'>): string =>
  `${count(Math.ceil((100 * used) / allowed))} %`

function amount({ unit }: Pick<Limit, 'unit'>, value: number): string {
  if (unit === 'seconds') return duration(value)
  if (unit === 'bytes') return size(value)
  return unit === 'megabytes' ? `${count(value)} MB` : count(value)
}
