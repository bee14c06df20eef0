import type { Origin } from '../../table/origin.ts'
import type { Redis } from '../redis/redis.ts'
import { type Session, withSession } from '../redis/session.ts'
import { alternativesOf, experimentsOf, participationsOf } from './keys.ts'

export interface SixpackOptions {
  /** What all keys begin with, Sixpack's `redis_prefix`: `sixpack` unless said. */
  readonly prefix?: string
}

/** The A/B tests of a Sixpack, counted from its own bitmaps. */
export interface Sixpack {
  /** The experiments, those that are paused or archived too. */
  readonly experiments: Origin<SixpackExperiment>
  readonly alternatives: Origin<SixpackAlternative>
  /** What happened on each day, by the clock of Sixpack's server. */
  readonly participations: Origin<SixpackParticipation>
}

export interface SixpackExperiment {
  readonly name: string
  readonly description: string | null
  /** A wall clock, that of Sixpack's server; experiments of its first versions may have none. */
  readonly createdAt: string | null
  /** The share of clients that take part, 1 for all. */
  readonly trafficFraction: number
  readonly isArchived: boolean
  readonly isPaused: boolean
  /** The alternative that everybody gets now, if one was chosen. */
  readonly winner: string | null
  readonly kpis: readonly string[]
  readonly excludedClients: number
  /** Their names, the control first. */
  readonly alternatives: readonly string[]
}

export interface SixpackAlternative {
  readonly experiment: string
  readonly alternative: string
  /** Its place in the experiment, from 0, which is the control. */
  readonly position: number
  readonly isControl: boolean
  readonly isWinner: boolean
  readonly participants: number
  /** Of every KPI and of none together: a client counts once for each. */
  readonly conversions: number
}

export interface SixpackParticipation {
  readonly experiment: string
  readonly alternative: string
  /** Empty for conversions that were recorded without a KPI. */
  readonly kpi: string
  /** `2026-11-23` */
  readonly date: string
  /** Clients that came to the alternative on this day; they have no KPI, so it is the same for all. */
  readonly participants: number
  readonly conversions: number
}

/**
 * The A/B tests that Sixpack (github.com/seatgeek/sixpack) keeps in a Redis. The user needs no more
 * than `~sixpack:* +smembers +hmget +lrange +get +bitcount`, and `+select` for a database but 0.
 */
export function sixpack(source: Redis, { prefix = 'sixpack' }: SixpackOptions = {}): Sixpack {
  const origin = <Record>(
    read: (session: Session, experiment: SixpackExperiment) => AsyncIterable<Record[]>,
    where: (record: Record) => string,
  ): Origin<Record> => ({
    source,
    where,
    read: (reading) =>
      withSession(source, reading, async function* (session) {
        for await (const experiment of experimentsOf(session, source, prefix, reading)) {
          yield* read(session, experiment)
        }
      }),
  })
  return {
    experiments: origin(
      async function* (_session, experiment) {
        yield [experiment]
      },
      ({ name }) => `the experiment ${name}`,
    ),
    alternatives: origin(
      (session, experiment) => alternativesOf(session, prefix, experiment),
      ({ experiment, alternative }) => `the experiment ${experiment}, alternative ${alternative}`,
    ),
    participations: origin(
      (session, experiment) => participationsOf(session, prefix, experiment),
      ({ experiment, alternative, kpi, date }) =>
        `the experiment ${experiment}, alternative ${alternative}, KPI '${kpi}', day ${date}`,
    ),
  }
}
