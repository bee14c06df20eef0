import { SqlError, unknownHere } from '../error.ts'
import { quoteTable, type Reader } from '../sql/reader.ts'
import { quoteName } from '../sql/token.ts'
import { readType } from '../sql/type.ts'
import { type Column, catalog, type Table } from '../warehouse/catalog.ts'
import type { Session } from '../warehouse/session.ts'
import { columnText, readColumn } from './column.ts'
import type { Place } from './execute.ts'
import { isUser } from './identity.ts'

export async function alterTable({ session }: Place, reader: Reader): Promise<number> {
  const table = await session.table(reader.table())
  if (reader.accept('append')) {
    if (session.inTransaction) {
      throw new SqlError('ALTER TABLE APPEND cannot run inside a transaction block')
    }
    throw unknownHere('ALTER TABLE APPEND')
  }
  if (table.schema === undefined) throw unknownHere('ALTER of a temporary table')
  if (reader.accept('add', 'primary', 'key')) await addKey(session, table, reader)
  else if (reader.accept('add')) await addColumn(session, table, reader)
  else if (reader.accept('drop', 'constraint')) await dropKey(session, table, reader)
  else if (reader.accept('drop')) await dropColumn(session, table, reader)
  else if (reader.accept('rename')) await rename(session, table, reader)
  else if (reader.accept('owner', 'to')) await own(session, table, reader)
  else if (reader.accept('alter')) await widen(session, table, reader)
  else throw unknownHere(`ALTER TABLE ${reader.next?.text.toUpperCase() ?? ''}`)
  reader.end()
  return 0
}

async function own(session: Session, table: Table, reader: Reader): Promise<void> {
  const user = reader.name()
  if (!(await isUser(session, user))) throw new SqlError(`user "${user}" does not exist`)
  await catalog.own(session.rows, table, user)
}

function columnOf(table: Table, name: string): Column {
  const column = table.columns.find((column) => column.name === name)
  if (column) return column
  throw new SqlError(`column "${name}" of relation "${table.name}" does not exist`)
}

async function addColumn(session: Session, table: Table, reader: Reader): Promise<void> {
  reader.accept('column')
  const keys = { primaryKey: [], sortKey: [], distKey: undefined as string | undefined }
  const column = readColumn(reader, keys)
  if (keys.primaryKey.length + keys.sortKey.length > 0 || keys.distKey) {
    throw new SqlError('ALTER TABLE ADD COLUMN takes no key')
  }
  if (table.columns.some(({ name }) => name === column.name)) {
    throw new SqlError(`column "${column.name}" of relation "${table.name}" already exists`)
  }
  if (!column.nullable && (column.default === undefined || column.default === 'null')) {
    throw new SqlError(
      'ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression',
    )
  }
  const target = quoteTable(table)
  const text = columnText({ ...column, nullable: true })
  await session.run(`alter table ${target} add column ${text}`, table)
  if (!column.nullable) {
    await session.run(`alter table ${target} alter column ${quoteName(column.name)} set not null`)
  }
  await catalog.addColumn(session.rows, table, column)
}

async function dropColumn(session: Session, table: Table, reader: Reader): Promise<void> {
  reader.accept('column')
  const { name } = columnOf(table, reader.name())
  if (!reader.accept('cascade')) reader.accept('restrict')
  if (name === table.distKey || table.sortKey.includes(name)) {
    const kind = name === table.distKey ? 'distkey' : 'sortkey'
    throw new SqlError(`cannot drop ${kind} column "${name}"`)
  }
  await session.run(`alter table ${quoteTable(table)} drop column ${quoteName(name)}`, table)
  await catalog.removeColumn(session.rows, table, name)
  if (table.primaryKey.includes(name)) await catalog.changeKey(session.rows, table, [])
}

async function addKey(session: Session, table: Table, reader: Reader): Promise<void> {
  const names = reader.names()
  if (table.primaryKey.length > 0) {
    throw new SqlError(`multiple primary keys for table "${table.name}" are not allowed`)
  }
  for (const { name, nullable } of names.map((name) => columnOf(table, name))) {
    if (nullable) throw new SqlError(`column "${name}" is nullable and cannot be in a primary key`)
  }
  await catalog.changeKey(session.rows, table, names)
}

/** The primary key is the only constraint there is, under the name that it has unless one is said. */
async function dropKey(session: Session, table: Table, reader: Reader): Promise<void> {
  const name = reader.name()
  if (!reader.accept('cascade')) reader.accept('restrict')
  if (table.primaryKey.length === 0 || name !== `${table.name}_pkey`) {
    throw new SqlError(`constraint "${name}" of relation "${table.name}" does not exist`)
  }
  await catalog.changeKey(session.rows, table, [])
}

async function rename(session: Session, table: Table, reader: Reader): Promise<void> {
  const target = quoteTable(table)
  if (reader.accept('to')) {
    const name = reader.name()
    if (await session.find({ schema: table.schema, name })) {
      throw new SqlError(`relation "${name}" already exists`)
    }
    await session.run(`alter table ${target} rename to ${quoteName(name)}`, table)
    return catalog.rename(session.rows, table, name)
  }
  reader.accept('column')
  const column = columnOf(table, reader.name())
  reader.expect('to')
  const name = reader.name()
  const names = `${quoteName(column.name)} to ${quoteName(name)}`
  await session.run(`alter table ${target} rename column ${names}`, table)
  await catalog.changeColumn(session.rows, table, column.name, { ...column, name })
  const key = table.primaryKey.map((of) => (of === column.name ? name : of))
  await catalog.changeKey(session.rows, table, key)
}

/** DuckDB's VARCHAR has no length: only the declaration changes. */
async function widen(session: Session, table: Table, reader: Reader): Promise<void> {
  if (session.inTransaction) {
    throw new SqlError('ALTER TABLE ALTER COLUMN cannot run inside a transaction block')
  }
  reader.accept('column')
  const column = columnOf(table, reader.name())
  reader.expect('type')
  const type = readType(reader)
  const varchar = 'character varying'
  if (column.type.name !== varchar || type.name !== varchar) {
    throw new SqlError(`cannot alter type of column "${column.name}": only VARCHAR can be altered`)
  }
  if ((type.length ?? 0) < (column.type.length ?? 0)) {
    throw new SqlError(
      `cannot decrease the size of column "${column.name}": the stand-in widens only`,
    )
  }
  await catalog.changeColumn(session.rows, table, column.name, { ...column, type })
}
