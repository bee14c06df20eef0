import { type Visit, visitsOn } from '../activity/visits.ts'
import { random } from '../mysql/sample/random.ts'
import { type Experiment, experiments, FIRST } from './experiments.ts'
import { Keyspace } from './keyspace.ts'
import type { Command } from './resp.ts'

const PREFIX = 'sixpack'
const DAY = 86_400_000

/** What a Sixpack holds that saw the visits of the run date and the twenty days before. */
export function sixpackCommands(date: string): Iterable<Command> {
  const keys = new Keyspace()
  const dayOf = (offset: number) =>
    new Date(Date.parse(date) + offset * DAY).toISOString().slice(0, 10)
  for (const experiment of experiments) declare(keys, experiment, dayOf(experiment.first))
  for (let offset = FIRST; offset <= 0; offset++) {
    const day = dayOf(offset)
    const running = experiments.filter(({ first, last }) => first <= offset && offset <= last)
    const visits = [...visitsOn(day)].sort((a, b) => a.start - b.start)
    for (const visit of visits) {
      for (const experiment of running) take(keys, experiment, visit, day)
    }
  }
  for (const experiment of experiments) close(keys, experiment)
  return keys.commands()
}

function declare(keys: Keyspace, experiment: Experiment, day: string): void {
  const { name, description, alternatives, time, fraction = 1 } = experiment
  const own = `${PREFIX}:e:${name}`
  keys.sadd(`${PREFIX}:e`, name)
  keys.hset(own, 'created_at', `${day} ${time}`)
  keys.hset(own, 'traffic_fraction', fraction.toString())
  if (description) keys.hset(own, 'description', description)
  keys.rpush(`${own}:alternatives`, Object.keys(alternatives))
}

/** What Sixpack does of a visit: an alternative for who has none yet, and then the conversions. */
function take(keys: Keyspace, experiment: Experiment, visit: Visit, day: string): void {
  const { name, alternatives, fraction = 1 } = experiment
  const names = Object.keys(alternatives)
  const id = keys.rank(`${PREFIX}:e:${name}:users`, visit.visitor)
  if (chance(name, 'takes part', visit) >= fraction) {
    keys.setbit(`${PREFIX}:e:${name}:excluded`, id)
    return
  }
  const chosen = alternativeOf(experiment, visit)
  if (!names.some((other) => keys.getbit(`${PREFIX}:p:${name}:${other}:all`, id))) {
    record(keys, { kind: 'p', of: name, to: chosen, id, day })
  }
  for (const [kpi, what] of Object.entries(experiment.conversions)) {
    if (what === 'order' ? !visit.order : visit.clicks.length === 0) continue
    const of = kpi ? `${name}/${kpi}` : name
    if (kpi) keys.sadd(`${PREFIX}:e:${name}:kpis`, kpi)
    if (!names.some((other) => keys.getbit(`${PREFIX}:c:${of}:${other}:users:all`, id))) {
      record(keys, { kind: 'c', of, to: `${chosen}:users`, all: '_all:users', id, day })
    }
  }
}

interface Fact {
  readonly kind: 'p' | 'c'
  readonly of: string
  readonly to: string
  readonly all?: string
  readonly id: number
  readonly day: string
}

/** Sets the client's bit for the alternative and for all, for ever and for each year, month, day. */
function record(keys: Keyspace, { kind, of, to, all = '_all', id, day }: Fact): void {
  const [year, month] = [day.slice(0, 4), day.slice(0, 7)]
  keys.sadd(`${PREFIX}:${kind}:${of}:years`, year)
  keys.sadd(`${PREFIX}:${kind}:${of}:months`, month)
  keys.sadd(`${PREFIX}:${kind}:${of}:days`, day)
  for (const whose of [all, to]) {
    for (const span of ['all', year, month, day]) {
      keys.setbit(`${PREFIX}:${kind}:${of}:${whose}:${span}`, id)
    }
  }
}

function close(keys: Keyspace, { name, winner, archived, paused }: Experiment): void {
  const own = `${PREFIX}:e:${name}`
  if (winner) keys.set(`${own}:winner`, winner)
  if (paused) keys.hset(own, 'paused', '1')
  if (archived) {
    keys.hset(own, 'archived', '1')
    keys.del(`${own}:users`)
  }
}

/**
 * The alternative of a visitor, the same at every visit. Who buys is settled by the orders, so that
 * an alternative sells better if buyers have seen it more often: whoever buys, buys whenever here.
 */
function alternativeOf({ name, alternatives }: Experiment, visit: Visit): string {
  const choices = Object.entries(alternatives).map(
    ([alternative, sells]) => [alternative, visit.order ? sells : 1] as const,
  )
  let rest = chance(name, 'alternative', visit) * choices.reduce((sum, [, part]) => sum + part, 0)
  for (const [alternative, part] of choices) {
    rest -= part
    if (rest < 0) return alternative
  }
  return choices[0]?.[0] ?? ''
}

/** A number from 0 up to, and without, 1 that depends on the visitor alone. */
function chance(experiment: string, what: string, { visitor }: Visit): number {
  return random(`${experiment} ${what} ${visitor}`, 0).below(1_000_000) / 1_000_000
}
