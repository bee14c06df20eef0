import { createHash } from 'node:crypto'
import { Failure } from '../error.ts'
import type { Definition, NamedColumn } from '../table/definition.ts'
import { identifier } from '../table/sql.ts'
import type { Warehouse } from './client.ts'
import { columnDdl, createTable, literal, MOST_STATEMENTS, tableName } from './ddl.ts'

/** A column as the warehouse has it. */
export interface LiveColumn {
  readonly name: string
  /** In the words of our own DDL: `varchar(255)`. */
  readonly ddl: string
  readonly nullable: boolean
  readonly default: boolean
  /** The comment on it; Redshift shows no more than its beginning. */
  readonly remarks: string
}

/**
 * Creates a table that is not there and adds the columns that are new. A change that would lose or
 * refuse rows is left to a person: throws a Failure with the statement to run, or a StillRunning.
 */
export async function prepareTable(
  warehouse: Warehouse,
  table: Definition,
  deadline?: number,
): Promise<void> {
  const statements = changes(table, await liveColumns(warehouse, table, deadline))
  for (let at = 0; at < statements.length; at += MOST_STATEMENTS) {
    const batch = statements.slice(at, at + MOST_STATEMENTS)
    const digest = createHash('sha256').update(batch.join(';')).digest('hex').slice(0, 12)
    await warehouse.transaction(
      `usher ddl ${table.id} ${digest}`,
      batch.map((text) => ({ text, parameters: {} })),
      deadline,
    )
  }
}

/** The columns that a table has; none where there is no such table. */
export async function liveColumns(
  warehouse: Warehouse,
  table: Definition,
  deadline: number | undefined,
): Promise<LiveColumn[]> {
  const statement = {
    text: `select column_name, data_type, character_maximum_length, numeric_precision,
  numeric_scale, is_nullable, column_default, remarks
from svv_columns
where table_schema = :schema and table_name = :name
order by ordinal_position`,
    parameters: { schema: table.schema, name: table.name },
  }
  const rows = await warehouse.query(statement, deadline)
  return rows.map((row) => ({
    name: row.column_name ?? '',
    ddl: ddlOf(row),
    nullable: row.is_nullable !== 'NO',
    default: row.column_default !== null && row.column_default !== '',
    remarks: row.remarks ?? '',
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
  if (live.length === 0) return [createTable(table), ...comments(table, live)]
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
  return [...added, ...comments(table, live)]
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

/** The statements that tell people what the table and its columns are. */
function comments(table: Definition, live: readonly LiveColumn[]): string[] {
  const name = tableName(table)
  const isNew = live.length === 0 && table.description
  const own = isNew ? [`comment on table ${name} is ${literal(table.description ?? '')}`] : []
  const changed = table.columns.flatMap(({ name: column, column: { facts } }) => {
    const { remarks = '' } = live.find(({ name }) => name === column) ?? {}
    const { description = '' } = facts
    if (description === '' || description.slice(0, REMARKS) === remarks.slice(0, REMARKS)) return []
    return [`comment on column ${name}.${identifier(column)} is ${literal(description)}`]
  })
  return [...own, ...changed]
}

/** As much of a comment as Redshift is sure to show. */
const REMARKS = 200

const lengthOf = (ddl: string): number => Number(/\((\d+)\)/.exec(ddl)?.[1] ?? 0)
