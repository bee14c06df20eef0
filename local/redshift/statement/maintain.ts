import { SqlError, unknownHere } from '../error.ts'
import type { Reader } from '../sql/reader.ts'
import type { Place } from './execute.ts'

/** ANALYZE, which has nothing to learn here: what it names must be there. */
export async function analyze({ session }: Place, reader: Reader): Promise<number> {
  if (reader.accept('compression')) throw unknownHere('ANALYZE COMPRESSION')
  reader.accept('verbose')
  if (!reader.done && !columnsFollow(reader)) {
    const table = await session.table(reader.table())
    const names = reader.next?.value === '(' ? reader.names() : []
    for (const name of names) {
      if (table.columns.some((column) => column.name === name)) continue
      throw new SqlError(`column "${name}" of relation "${table.name}" does not exist`)
    }
  }
  if (columnsFollow(reader)) {
    reader.take()
    reader.expect('columns')
  }
  reader.end()
  return 0
}

/** PREDICATE COLUMNS or ALL COLUMNS, unless that is what a table is called. */
const columnsFollow = ({ tokens, at }: Reader): boolean =>
  ['predicate', 'all'].includes(tokens[at]?.value ?? '') && tokens[at + 1]?.value === 'columns'

/**
 * VACUUM, which has nothing to tidy here. It waits until nobody has the table locked, and a second
 * one meanwhile is refused, since a warehouse runs but one.
 */
export async function vacuum({ session }: Place, reader: Reader): Promise<number> {
  const kind = KINDS.find((words) => reader.accept(...words.split(' '))) ?? 'full'
  const named = !reader.done && reader.next?.value !== 'to'
  const table = named ? await session.table(reader.table()) : undefined
  const refuse = (problem: string) => {
    throw new SqlError(`VACUUM ${kind.toUpperCase()} ${problem}`)
  }
  if (reader.accept('to')) {
    const percent = reader.integer()
    reader.expect('percent')
    if (kind === 'reindex' || kind === 'recluster') refuse('takes no TO threshold PERCENT')
    if (!table) refuse('TO threshold PERCENT needs the name of a table')
    if (percent > 100) refuse(`TO ${percent} PERCENT: the threshold is between 0 and 100`)
  }
  if (table) reader.accept('boost')
  reader.end()
  if (kind === 'recluster' && !table) refuse('needs the name of a table')
  if (kind === 'recluster' && table?.distStyle === 'all') refuse('is not for DISTSTYLE ALL')
  if (!session.lockAtOnce('vacuum')) {
    throw new SqlError('VACUUM is running\n  Hint: re-execute after other vacuum finished')
  }
  if (table) await session.lock(table)
  return 0
}

const KINDS = ['full', 'sort only', 'delete only', 'reindex', 'recluster']
