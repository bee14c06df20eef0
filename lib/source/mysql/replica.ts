import { Failure, transient } from '../../error.ts'
import { codeOf } from '../network.ts'
import type { Session } from './session.ts'

/** What a server must be to be read. */
export interface Guard {
  /** It may be the one that is written to. */
  readonly primary: boolean
  /** How far a replica may be behind. */
  readonly lagMinutes: number
}

type Asked = Pick<Session, 'source' | 'isMariaDb' | 'rows' | 'records'>
type Status = Awaited<ReturnType<Session['records']>>[number]

/**
 * Refuses a primary that the source does not say it is, and a replica that is too far behind or stands
 * still. Gives what is to be noted: how far behind it is, or why that is not known. Throws a
 * SourceRefused, or where waiting helps a Transient.
 */
export async function checkReplica(session: Asked, guard: Guard): Promise<string | undefined> {
  const found = await statusesOf(session)
  // A primary may have been a replica once, and still say how that was.
  const statuses = guard.primary ? found?.filter(isReplicating) : found
  if (statuses && statuses.length > 0) return lagNote(session, statuses, guard)
  if (guard.primary) return undefined
  const unknown = statuses === undefined
  const right = session.isMariaDb ? 'SLAVE MONITOR' : 'REPLICATION CLIENT'
  // Readers of Aurora do not replicate as others do; they are read-only all the same.
  if (await isReadOnly(session)) {
    return unknown ? `lag not known: the user lacks ${right}` : undefined
  }
  const [what, give] = unknown
    ? [
        `this server takes writes, and the user, who lacks ${right}, may not see whether it is a replica`,
        'Grant that, or give',
      ]
    : ['this server is no replica: what is read slows down those who write to it', 'Give']
  const otherwise = 'or, if this is the one to read, say so in its source: primary: true'
  const sentence = `${session.source}: ${what}. ${give} its secret a replica; ${otherwise}`
  throw new Failure('SourceRefused', sentence)
}

/** The newest words first: a server that does not know them is asked in the older ones. */
const WORDS = {
  mariaDb: ['SHOW ALL SLAVES STATUS'],
  mySql: ['SHOW REPLICA STATUS', 'SHOW SLAVE STATUS'],
}

/** What it says of each server it replicates from; undefined where the user may not ask. */
async function statusesOf({ isMariaDb, records }: Asked): Promise<Status[] | undefined> {
  for (const words of isMariaDb ? WORDS.mariaDb : WORDS.mySql) {
    try {
      return await records(words)
    } catch (error) {
      if (codeOf(error) === 'ER_SPECIFIC_ACCESS_DENIED_ERROR') return undefined
      if (codeOf(error) !== 'ER_PARSE_ERROR') throw error
    }
  }
  return undefined
}

async function isReadOnly({ rows }: Asked): Promise<boolean> {
  const [values = []] = await rows('SELECT @@global.read_only, @@global.innodb_read_only')
  return values.some((value) => value !== '0' && value !== 'OFF')
}

function lagNote(
  { source }: Asked,
  statuses: readonly Status[],
  { lagMinutes }: Guard,
): string | undefined {
  const lags = statuses.map((status) => lagOf(source, status))
  const seconds = Math.max(...lags)
  if (seconds > lagMinutes * 60) {
    throw transient(
      `${source}: the replica is ${spoken(seconds)} behind, and may be ${lagMinutes} at most: wait ` +
        'until it has caught up, or allow it more in its source: lag: { minutes }',
    )
  }
  return seconds > 0 ? `read from a replica ${spoken(seconds)} behind` : undefined
}

/** What a status says under a name, or under the one that it had before. */
const factOf = (status: Status, name: string): string | null =>
  status[name] ?? status[name.replace('source', 'master').replace('replica', 'slave')] ?? null

const isReplicating = (status: Status): boolean =>
  factOf(status, 'replica_io_running') !== 'No' || factOf(status, 'replica_sql_running') !== 'No'

/** Seconds behind. A replica that applies nothing knows none. */
function lagOf(source: string, status: Status): number {
  const of = (name: string) => factOf(status, name)
  const seconds = of('seconds_behind_source')
  if (seconds !== null) return Number(seconds)
  if (of('replica_io_running') === 'Connecting') {
    throw transient(`${source}: the replica is not connected to its primary, and tries to be`)
  }
  const threads = `receiving: ${of('replica_io_running')}, applying: ${of('replica_sql_running')}`
  const numbers = [of('last_io_errno'), of('last_sql_errno')].filter((n) => n !== null && n !== '0')
  const errors = numbers.length > 0 ? `, error ${numbers.join(' and ')}` : ''
  throw new Failure(
    'SourceRefused',
    `${source}: its replication has stopped (${threads}${errors}), and what is read would be old: ` +
      'mend it and START REPLICA, or give the secret another replica; or, if it is a primary by now, ' +
      'say so in its source: primary: true',
  )
}

const spoken = (seconds: number): string =>
  seconds < 120 ? `${seconds} seconds` : `${Math.floor(seconds / 60).toLocaleString('en')} minutes`
