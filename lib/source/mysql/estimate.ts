import { Failure } from '../../error.ts'
import type { Session } from './session.ts'

/**
 * About how many rows a SELECT reads, as the optimizer thinks. Throws a SourceRefused where the server's
 * plan does not tell.
 */
export async function estimateOf(
  session: Pick<Session, 'source' | 'isMariaDb' | 'records'>,
  table: string,
  select: string,
): Promise<number> {
  // MySQL may be set to explain as a tree or as JSON; MariaDB does not know the word.
  const explain = session.isMariaDb ? 'EXPLAIN' : 'EXPLAIN FORMAT=TRADITIONAL'
  const [plan = {}] = await session.records(`${explain} ${select}`)
  const { rows } = plan
  // The plan of what can find nothing reads no table, and has NULL there.
  const count = rows === null ? 0 : Number(rows ?? Number.NaN)
  if (Number.isFinite(count)) return count
  const what = `${session.source}.${table}: EXPLAIN gives no number of rows`
  const found = JSON.stringify(plan).slice(0, 200)
  throw new Failure('SourceRefused', `${what}, but ${found}: it cannot be read in chunks`)
}
