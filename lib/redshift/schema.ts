import { Failure } from '../error.ts'
import type { Definition, NamedColumn } from '../table/definition.ts'
import { identifier } from '../table/sql.ts'
import type { Warehouse } from './client.ts'
import { columnDdl, createTable, tableName } from './ddl.ts'

/** A column as the warehouse has it. */
export interface LiveColumn {
  readonly name: string
  /** In the words of our own DDL: `varchar(255)`. */
  readonly ddl: string
  readonly nullable: boolean
  readonly default: boolean
}

/**
 * Creates a table that is not there and adds the columns that are new. A change that would lose or
 * refuse rows is left to a person: throws a Failure with the statement to run.
 */
export async function prepareTable(warehouse: Warehouse, table: Definition): Promise<void> {
  const statements = changes(table, await liveColumns(warehouse, table))
  if (statements.length === 0) return
  await warehouse.transaction(
    `usher ddl ${table.id} ${statements.join(';')}`.slice(0, 500),
    statements.map((text) => ({ text, parameters: {} })),
  )
}

async function liveColumns(warehouse: Warehouse, table: Definition): Promise<LiveColumn[]> {
  const rows = await warehouse.query({
    text: `select column_name, data_type, character_maximum_length, numeric_precision,
  numeric_scale, is_nullable, column_default
from svv_columns
where table_schema = :schema and table_name = :name
order by ordinal_position`,
    parameters: { schema: table.schema, name: table.name },
  })
  return rows.map((row) => ({
    name: row.column_name ?? '',
    ddl: ddlOf(row),
    nullable: row.is_nullable !== 'NO',
    default: row.column_default !== null && row.column_default !== '',
  }))
}

const NAMES: Readonly<Record<string, string>> = {
  'character varying': 'varchar',
  character: 'char',
  numeric: 'decimal',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'binary varying': 'varbyte',
}

function ddlOf(row: Record<string, string | null>): string {
  const type = row.data_type ?? ''
  const name = NAMES[type] ?? type
  if (name === 'decimal') return `decimal(${row.numeric_precision},${row.numeric_scale})`
  return row.character_maximum_length && ['varchar', 'char', 'varbyte'].includes(name)
    ? `${name}(${row.character_maximum_length})`
    : name
}

/** The statements that make the live table fit its declaration. */
export function changes(table: Definition, live: readonly LiveColumn[]): string[] {
  if (live.length === 0) return [createTable(table)]
  const problems: string[] = []
  const added: string[] = []
  for (const column of table.columns) {
    const there = live.find(({ name }) => name === column.name)
    if (there) problems.push(...problemsOf(table, column, there))
    else added.push(`alter table ${tableName(table)} add column ${columnDdl(column, true)}`)
  }
  for (const { name, nullable, default: hasDefault } of live) {
    if (nullable || hasDefault || table.columns.some((column) => column.name === name)) continue
    const fix = `alter table ${tableName(table)} drop column ${identifier(name)};`
    problems.push(`${name} is no longer declared, and it takes no NULL. Run: ${fix}`)
  }
  if (problems.length > 0) {
    throw new Failure('WarehouseRefused', `${table.id} has changed: ${problems.join(' ')}`)
  }
  return added
}

function problemsOf(table: Definition, { name, column }: NamedColumn, live: LiveColumn): string[] {
  const { type, nullable } = column.facts
  const alter = `alter table ${tableName(table)}`
  const rename = `${alter} rename column ${identifier(name)} to ${identifier(`${name}_old`)};`
  const length = lengthOf(type.ddl)
  const liveLength = lengthOf(live.ddl)
  if (type.ddl.startsWith('varchar(') && live.ddl.startsWith('varchar(')) {
    if (liveLength < length) {
      const widen = `${alter} alter column ${identifier(name)} type ${type.ddl};`
      return [`${name} is ${live.ddl} and declared ${type.ddl}. Run: ${widen}`]
    }
  } else if (live.ddl !== type.ddl) {
    return [`${name} is ${live.ddl} and declared ${type.ddl}. Run: ${rename}`]
  }
  // The other way round does no harm: the stage refuses NULLs.
  if (nullable && !live.nullable) return [`${name} takes no NULL there. Run: ${rename}`]
  return []
}

const lengthOf = (ddl: string): number => Number(/\((\d+)\)/.exec(ddl)?.[1] ?? 0)
