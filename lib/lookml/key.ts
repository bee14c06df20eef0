import { type Definition, keyOf, type NamedColumn } from '../table/definition.ts'
import type { TypeName } from '../table/type.ts'
import { columnSql, formOf } from './field.ts'

/**
 * The columns that tell a row from all others: its primary key, else what a check says is unique and
 * is never NULL. None where nothing says so: Looker then cannot add up what a join repeats.
 */
export function rowKey(table: Definition): readonly NamedColumn[] {
  const named = (name: string) => table.columns.filter((column) => column.name === name)
  const declared = keyOf(table).flatMap(named)
  if (declared.length > 0) return declared
  const checked = table.checks
    .flatMap((check) => (check.kind === 'unique' ? [check.columns.flatMap(named)] : []))
    .find((columns) => columns.every(({ column }) => !column.facts.nullable))
  return checked ?? []
}

/** Whether no two rows hold the same in a column. */
export const isUnique = (table: Definition, name: string): boolean =>
  [
    keyOf(table),
    ...table.checks.map((check) => (check.kind === 'unique' ? check.columns : [])),
  ].some((columns) => columns.length === 1 && columns[0] === name)

/** The column that is the key by itself, as it is; a date, or more than one, is not. */
export function plainKey(table: Definition): NamedColumn | undefined {
  const [only, ...others] = rowKey(table)
  const plain = only && others.length === 0 && !formOf(only).timeframes
  return plain ? only : undefined
}

/** One value for each row, of all its key's columns. */
export const keySql = (columns: readonly NamedColumn[]): string =>
  columns.map(piece).join(` || '|' || `)

/** Text has its length in front: otherwise 'a|b', 'c' and 'a', 'b|c' would be one key. */
function piece(column: NamedColumn): string {
  const sql = columnSql(column)
  const kinds: Partial<Record<TypeName, string>> = {
    char: `cast(len(${sql}) as varchar(8)) || ':' || ${sql}`,
    varchar: `cast(len(${sql}) as varchar(8)) || ':' || ${sql}`,
    varbyte: `to_hex(${sql})`,
    // Redshift casts no BOOLEAN to text.
    boolean: `case when ${sql} then '1' else '0' end`,
    super: `json_serialize(${sql})`,
  }
  return kinds[column.column.facts.type.name] ?? `cast(${sql} as varchar(64))`
}
