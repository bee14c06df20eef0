import type { TableName } from '../sql/reader.ts'
import { quoteText } from '../sql/token.ts'
import type { SqlType } from '../sql/type.ts'
import { CATALOG } from './schema.ts'

/** A column as it was declared. */
export interface Column {
  readonly name: string
  readonly type: SqlType
  readonly nullable: boolean
  /** The default, in DuckDB's words. */
  readonly default?: string
  readonly encoding?: string
}

/** A table as it was declared. `schema` is absent for a temporary one. */
export interface Table extends TableName {
  readonly columns: readonly Column[]
  readonly view?: true
  readonly primaryKey: readonly string[]
  readonly distStyle?: string
  readonly distKey?: string
  readonly sortKey: readonly string[]
}

type Query = (sql: string) => Promise<Record<string, unknown>[]>

const where = ({ schema = 'public', name }: TableName): string =>
  `table_schema = ${quoteText(schema)} and table_name = ${quoteText(name)}`

/** What was declared of the tables in the file, inside the transaction of the one who asks. */
export const catalog = {
  async find(query: Query, name: TableName): Promise<Table | undefined> {
    const [row] = await query(`select declaration from ${CATALOG}.tables where ${where(name)}`)
    if (!row) return undefined
    const columns = await query(
      `select declaration from ${CATALOG}.columns where ${where(name)} order by ordinal_position`,
    )
    const declared = columns.map(({ declaration }) => JSON.parse(String(declaration)) as Column)
    return { ...JSON.parse(String(row.declaration)), columns: declared }
  },

  async add(query: Query, { columns, ...table }: Table, owner: string): Promise<void> {
    const [schema, name] = [quoteText(table.schema ?? 'public'), quoteText(table.name)]
    const json = quoteText(JSON.stringify({ ...table, schema: table.schema ?? 'public' }))
    await query(`insert into ${CATALOG}.tables values
      (${schema}, ${name}, ${json}, null, ${quoteText(owner)})`)
    for (const column of columns) await catalog.addColumn(query, table, column)
  },

  async addColumn(query: Query, table: TableName, column: Column): Promise<void> {
    const [schema, name] = [quoteText(table.schema ?? 'public'), quoteText(table.name)]
    await query(`insert into ${CATALOG}.columns
      select ${schema}, ${name}, ${quoteText(column.name)}, coalesce(max(ordinal_position), 0) + 1,
        ${quoteText(JSON.stringify(column))}, null
      from ${CATALOG}.columns where ${where(table)}`)
  },

  async changeColumn(query: Query, table: TableName, old: string, column: Column): Promise<void> {
    await query(`update ${CATALOG}.columns set column_name = ${quoteText(column.name)},
      declaration = ${quoteText(JSON.stringify(column))}
      where ${where(table)} and column_name = ${quoteText(old)}`)
  },

  async removeColumn(query: Query, table: TableName, column: string): Promise<void> {
    const these = `${where(table)} and column_name = ${quoteText(column)}`
    await query(`delete from ${CATALOG}.columns where ${these}`)
  },

  async own(query: Query, table: TableName, owner: string): Promise<void> {
    await query(`update ${CATALOG}.tables set owner = ${quoteText(owner)} where ${where(table)}`)
  },

  async remove(query: Query, table: TableName): Promise<void> {
    for (const kind of ['tables', 'columns', 'grants']) {
      await query(`delete from ${CATALOG}.${kind} where ${where(table)}`)
    }
  },

  async rename(query: Query, table: Table, to: string): Promise<void> {
    const { columns, ...rest } = { ...table, name: to }
    await query(`update ${CATALOG}.columns set table_name = ${quoteText(to)} where ${where(table)}`)
    await query(`update ${CATALOG}.tables set table_name = ${quoteText(to)},
      declaration = ${quoteText(JSON.stringify(rest))} where ${where(table)}`)
  },

  async changeKey(query: Query, table: Table, primaryKey: readonly string[]): Promise<void> {
    const { columns, ...rest } = { ...table, primaryKey }
    await query(`update ${CATALOG}.tables set declaration = ${quoteText(JSON.stringify(rest))}
      where ${where(table)}`)
  },

  async comment(query: Query, table: TableName, text: string | null, column?: string) {
    const remarks = text === null ? 'null' : quoteText(text)
    const these = column === undefined ? '' : ` and column_name = ${quoteText(column)}`
    const kind = column === undefined ? 'tables' : 'columns'
    await query(`update ${CATALOG}.${kind} set remarks = ${remarks} where ${where(table)}${these}`)
  },

  /** The names of all columns of type SUPER. */
  async superColumns(query: Query): Promise<string[]> {
    const these = `(declaration->>'$.type.name') = 'super'`
    const rows = await query(`select distinct column_name from ${CATALOG}.columns where ${these}`)
    return rows.map(({ column_name }) => String(column_name))
  },
}
