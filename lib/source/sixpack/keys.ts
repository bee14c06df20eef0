import { Failure } from '../../error.ts'
import type { Reading, Source } from '../../table/origin.ts'
import { textOf } from '../redis/redis.ts'
import type { Command, Reply, Session } from '../redis/session.ts'
import type { SixpackAlternative, SixpackExperiment, SixpackParticipation } from './sixpack.ts'

/** The most counts that are asked for at once. */
const MOST = 500

const FIELDS = ['created_at', 'description', 'traffic_fraction', 'archived', 'paused']

export async function* experimentsOf(
  session: Session,
  { name: source }: Source,
  prefix: string,
  reading: Reading,
): AsyncGenerator<SixpackExperiment> {
  const all = `${prefix}:e`
  const names = textsOf((await session.ask([['SMEMBERS', all]]))[0]).sort()
  if (names.length === 0) {
    const hint = 'redis_prefix and redis_db in its settings must be `prefix` and "database" here'
    throw new Failure('SourceRefused', `${source}: Sixpack has no experiments at ${all}: ${hint}`)
  }
  for (const name of names) {
    const own = `${all}:${name}`
    const [fields, alternatives, winner, kpis, excluded] = await session.ask([
      ['HMGET', own, ...FIELDS],
      ['LRANGE', `${own}:alternatives`, '0', '-1'],
      ['GET', `${own}:winner`],
      ['SMEMBERS', `${own}:kpis`],
      ['BITCOUNT', `${own}:excluded`],
    ])
    const [created, description, fraction, archived, paused] = fields as (Buffer | null)[]
    const found = textsOf(alternatives)
    // It was deleted since its name was read, or Sixpack itself cannot open it.
    if (found.length === 0) {
      reading.note('experiments without alternatives left out')
      continue
    }
    yield {
      name,
      description: description ? textOf(description, reading) : null,
      createdAt: created ? withSeconds(created.toString()) : null,
      trafficFraction: fractionOf(fraction?.toString()),
      isArchived: archived !== null,
      isPaused: paused !== null,
      winner: winner?.toString() ?? null,
      kpis: textsOf(kpis).sort(),
      excludedClients: excluded as number,
      alternatives: found,
    }
  }
}

export async function* alternativesOf(
  session: Session,
  prefix: string,
  experiment: SixpackExperiment,
): AsyncGenerator<SixpackAlternative[]> {
  const found: SixpackAlternative[] = []
  for (const [position, alternative] of experiment.alternatives.entries()) {
    const [participants = 0, ...conversions] = (await session.ask([
      ['BITCOUNT', `${prefix}:p:${experiment.name}:${alternative}:all`],
      ...kpiKeys(experiment).map(([, key]) => [
        'BITCOUNT',
        `${prefix}:c:${key}:${alternative}:users:all`,
      ]),
    ])) as number[]
    found.push({
      experiment: experiment.name,
      alternative,
      position,
      isControl: position === 0,
      isWinner: alternative === experiment.winner,
      participants,
      conversions: conversions.reduce((sum, count) => sum + count, 0),
    })
  }
  yield found
}

export async function* participationsOf(
  session: Session,
  prefix: string,
  { name, alternatives, kpis }: SixpackExperiment,
): AsyncGenerator<SixpackParticipation[]> {
  const [participated] = await session.ask([['SMEMBERS', `${prefix}:p:${name}:days`]])
  for (const [kpi, key] of kpiKeys({ name, kpis })) {
    const [converted] = await session.ask([['SMEMBERS', `${prefix}:c:${key}:days`]])
    const days = [...new Set([...textsOf(participated), ...textsOf(converted)])].sort()
    const cells = alternatives.flatMap((alternative) => days.map((date) => ({ alternative, date })))
    for (let at = 0; at < cells.length; at += MOST) {
      const some = cells.slice(at, at + MOST)
      const counts = (await session.ask(
        some.flatMap(({ alternative, date }): Command[] => [
          ['BITCOUNT', `${prefix}:p:${name}:${alternative}:${date}`],
          ['BITCOUNT', `${prefix}:c:${key}:${alternative}:users:${date}`],
        ]),
      )) as number[]
      yield some.map(({ alternative, date }, i) => ({
        ...{ experiment: name, alternative, kpi, date },
        participants: counts[2 * i] ?? 0,
        conversions: counts[2 * i + 1] ?? 0,
      }))
    }
  }
}

/** Each KPI with the name under which Sixpack keeps its conversions; first that of none. */
const kpiKeys = ({ name, kpis }: Pick<SixpackExperiment, 'name' | 'kpis'>) => [
  ['', name] as const,
  ...kpis.map((kpi) => [kpi, `${name}/${kpi}`] as const),
]

const textsOf = (reply: Reply | undefined): string[] =>
  ((reply ?? []) as readonly Buffer[]).map((bytes) => bytes.toString())

/** Sixpack writes minutes; its first versions wrote microseconds. */
const withSeconds = (created: string): string =>
  /^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(created) ? `${created}:00` : created

/** Sixpack takes what is no number for the whole, and so it writes `False` for it. */
function fractionOf(text = ''): number {
  const fraction = Number.parseFloat(text)
  return Number.isFinite(fraction) ? fraction : 1
}
