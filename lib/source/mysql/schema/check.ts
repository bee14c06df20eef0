import { Failure } from '../../../error.ts'
import type { Reading } from '../../../table/origin.ts'
import { codeOf } from '../../network.ts'
import { quoted } from '../../spelling.ts'
import { quote, selectOf } from '../select.ts'
import type { Session } from '../session.ts'
import { columnsOf, tablesOf } from './describe.ts'
import { driftOf, type Without } from './drift.ts'
import { isLike } from './like.ts'

/**
 * Compares a table with its mirror before anything is read, and warns of what does no harm. Throws a
 * SourceRefused that says which lines to change.
 */
export async function checkDrift(
  session: Session,
  table: string,
  without: Without,
  reading: Reading,
): Promise<void> {
  const live = await columnsOf(session, table)
  if (live.length === 0) throw await missing(session, table, reading)
  const { table: own, columns } = reading
  const there = `${session.source}.${table}`
  const { gone, problems, warnings } = driftOf({ there, table: own, columns, without }, live)
  // A column that the user may not read is not shown either: this fails with what MySQL says of it.
  if (gone.length > 0) await readable(session, table, columns)
  const all = [...gone, ...problems]
  if (all.length > 0) throw new Failure('SourceRefused', all.join(' '))
  for (const warning of warnings) reading.warn(...warning)
}

async function readable(session: Session, table: string, columns: Reading['columns']) {
  await session.fieldsOf(`${selectOf(table, columns)} LIMIT 0`).catch((error: unknown) => {
    if (codeOf(error) !== 'ER_BAD_FIELD_ERROR') throw error
  })
}

/** A table without columns is not there, or the user may not see it: MySQL knows which. */
async function missing(session: Session, table: string, { table: own }: Reading): Promise<unknown> {
  const error = await session.fieldsOf(`SELECT 1 FROM ${quote(table)} LIMIT 0`).then(
    () => new Error('information_schema shows none of its columns'),
    (error: unknown) => error,
  )
  if (codeOf(error) !== 'ER_NO_SUCH_TABLE') return error
  const alike = (await tablesOf(session)).filter((name) => isLike(name, table)).slice(0, 3)
  const { source, database } = session
  const lines = alike.map((name) => `\`${source}.table(${quoted(name)})\``)
  const rename =
    alike.length > 0
      ? `Is it now ${alike.join(' or ')}? Then write ${lines.join(' or ')} in the file of ${own}`
      : `Correct its name in the file of ${own}`
  const what = `${source}.${table}: there is no such table in the database ${database}`
  const sentence = `${what}. ${rename}; if it is gone, delete the file.`
  return new Failure('SourceRefused', sentence, { cause: error })
}
