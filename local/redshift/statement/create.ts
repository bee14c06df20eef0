import { SqlError, syntaxError } from '../error.ts'
import { quoteTable, Reader, type TableName } from '../sql/reader.ts'
import { quoteName } from '../sql/token.ts'
import { type Column, catalog, type Table } from '../warehouse/catalog.ts'
import { grantDefaults, keep, mustMay } from '../warehouse/rights.ts'
import type { Session } from '../warehouse/session.ts'
import { columnText, type Keys, readColumn } from './column.ts'
import type { Place } from './execute.ts'
import { checkKeys, readAttributes } from './keys.ts'

export async function createSchema({ session }: Place, reader: Reader): Promise<number> {
  const quiet = reader.accept('if', 'not', 'exists')
  const name = reader.name()
  if (reader.accept('authorization')) reader.name()
  reader.end()
  await mustMay(session, { privilege: 'CREATE' })
  await session.run(`create schema ${quiet ? 'if not exists ' : ''}${quoteName(name)}`)
  const { user } = session
  if (user === undefined) return 0
  for (const privilege of ['OWN', 'CREATE', 'USAGE']) {
    await keep(session, { kind: 'user', name: user }, { privilege, schema: name })
  }
  return 0
}

export async function createTable({ session }: Place, reader: Reader): Promise<number> {
  const isTemporary = reader.tokens[1]?.value !== 'table'
  const quiet = reader.accept('if', 'not', 'exists')
  const read = reader.table()
  const temporary = isTemporary || (read.schema === undefined && read.name.startsWith('#'))
  if (temporary && read.schema !== undefined) {
    throw new SqlError('temporary tables cannot specify a schema name')
  }
  const name = temporary ? read : { schema: read.schema ?? 'public', name: read.name }
  const there = temporary ? session.temporary.get(name.name) : await session.find(name)
  const table = await readTable(session, reader, name)
  if (there) {
    if (quiet) return 0
    throw new SqlError(`Relation "${name.name}" already exists`)
  }
  if (!temporary) await mustMay(session, { privilege: 'CREATE', schema: name.schema ?? 'public' })
  const columns = table.columns.map(columnText).join(', ')
  await session.run(`create ${temporary ? 'temp ' : ''}table ${quoteTable(name)} (${columns})`)
  if (temporary) session.temporary.set(name.name, table)
  else {
    await catalog.add(session.rows, table, session.owner)
    await grantDefaults(session, table.schema ?? 'public', table.name)
  }
  return 0
}

async function readTable(session: Session, reader: Reader, name: TableName): Promise<Table> {
  if (reader.next?.value !== '(') throw syntaxError(reader.next?.text)
  reader.take()
  const body = new Reader(reader.group())
  const keys: Keys = { primaryKey: [], sortKey: [] }
  const columns: Column[] = []
  do {
    if (body.accept('primary', 'key')) keys.primaryKey = body.names()
    else if (body.accept('like')) columns.push(...(await likeColumns(session, body, keys)))
    else columns.push(readColumn(body, keys))
  } while (body.accept(','))
  body.end()
  readAttributes(reader, keys)
  const names = columns.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice) throw new SqlError(`column "${twice}" duplicated`)
  checkKeys(columns, keys)
  // Redshift enforces no primary key, but takes no NULL in one.
  const declared = columns.map((column) =>
    keys.primaryKey.includes(column.name) ? { ...column, nullable: false } : column,
  )
  return { ...name, ...keys, columns: declared }
}

async function likeColumns(session: Session, body: Reader, keys: Keys): Promise<Column[]> {
  const other = await session.table(body.table())
  const defaults = body.accept('including', 'defaults')
  if (!defaults) body.accept('excluding', 'defaults')
  keys.distStyle ??= other.distStyle
  keys.distKey ??= other.distKey
  if (keys.sortKey.length === 0) keys.sortKey = [...other.sortKey]
  return other.columns.map((column) => (defaults ? column : { ...column, default: undefined }))
}

export async function dropTable({ session }: Place, reader: Reader): Promise<number> {
  const quiet = reader.accept('if', 'exists')
  do {
    const name = reader.table()
    const table = quiet ? await session.find(name) : await session.table(name)
    if (!table) continue
    await session.run(`drop table ${quoteTable(table)}`, table)
    if (table.schema === undefined) session.temporary.delete(table.name)
    else await catalog.remove(session.rows, table)
  } while (reader.accept(','))
  if (!reader.accept('cascade')) reader.accept('restrict')
  reader.end()
  return 0
}
