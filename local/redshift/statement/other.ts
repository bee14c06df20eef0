import { SqlError } from '../error.ts'
import type { Reader } from '../sql/reader.ts'
import { catalog } from '../warehouse/catalog.ts'
import type { Place } from './execute.ts'

/** LOCK waits for each table in turn; whoever holds one keeps it until its transaction ends. */
export async function lock({ session }: Place, reader: Reader): Promise<number> {
  if (!session.inTransaction)
    throw new SqlError('LOCK TABLE can only be used in transaction blocks')
  reader.accept('table')
  do {
    await session.lock(await session.table(reader.table()))
  } while (reader.accept(','))
  reader.end()
  return 0
}

/** COMMENT ON TABLE, ON VIEW and ON COLUMN, which SVV_TABLES and SVV_COLUMNS show as remarks. */
export async function comment({ session }: Place, reader: Reader): Promise<number> {
  reader.expect('on')
  const onColumn = reader.accept('column')
  const onView = !onColumn && reader.accept('view')
  if (!onColumn && !onView) reader.expect('table')
  const names = [reader.name()]
  while (reader.accept('.')) names.push(reader.name())
  const column = onColumn ? names.pop() : undefined
  const [name = '', schema] = names.toReversed()
  const table = await session.table({ schema, name })
  if (onView && !table.view) throw new SqlError(`"${name}" is not a view`)
  if (column !== undefined && !table.columns.some(({ name }) => name === column)) {
    throw new SqlError(`column "${column}" of relation "${name}" does not exist`)
  }
  reader.expect('is')
  const text = reader.accept('null') ? null : reader.string()
  reader.end()
  await catalog.comment(session.rows, table, text, column)
  return 0
}
