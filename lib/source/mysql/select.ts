import type { NamedColumn } from '../../table/definition.ts'
import type { Slice } from '../../table/origin.ts'
import { type Field, FLOAT } from './cells.ts'

/** An identifier of MySQL. */
export const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** A column under the name that MySQL knows. */
export const nameOf = ({ name, column }: NamedColumn): string => quote(column.facts.from ?? name)

/** Whether a column is declared as a time. */
export const isTime = ({ column }: NamedColumn): boolean =>
  column.facts.type.name.startsWith('timestamp')

/**
 * A value inside a statement: whole numbers and times, and nothing else, so that no text can be taken
 * for SQL. A statement that is streamed takes no bound values.
 */
export function literal(value: string): string {
  if (/^-?\d{1,65}$/.test(value)) return value
  if (/^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?$/.test(value)) return `'${value}'`
  throw new Error(`${JSON.stringify(value)} is neither a whole number nor a time`)
}

/**
 * The SELECT of the declared columns, by name. MySQL writes a FLOAT with six digits, but as a DOUBLE
 * with all it has.
 */
export function selectOf(
  table: string,
  columns: readonly NamedColumn[],
  slice: Slice = {},
  fields: readonly Field[] = [],
): string {
  const values = columns.map((column, i) => {
    const name = nameOf(column)
    return fields[i]?.columnType === FLOAT ? `${name} + 0e0` : name
  })
  const conditions = [...sinceOf(slice), ...rangeOf(slice)]
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''
  return `SELECT ${values.join(', ')} FROM ${quote(table)}${where}`
}

/** Rows without a cursor are always among those that may have changed; so are those of the zero date. */
function sinceOf({ since }: Slice): string[] {
  if (!since) return []
  const name = nameOf(since.column)
  const zero = isTime(since.column) ? ` OR ${name} = 0` : ''
  return [`(${name} >= ${literal(since.value)} OR ${name} IS NULL${zero})`]
}

function rangeOf({ range }: Slice): string[] {
  if (!range) return []
  const name = nameOf(range.column)
  return [
    ...(range.from === undefined ? [] : [`${name} >= ${literal(range.from)}`]),
    ...(range.to === undefined ? [] : [`${name} < ${literal(range.to)}`]),
  ]
}
