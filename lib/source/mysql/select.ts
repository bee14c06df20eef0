import type { NamedColumn } from '../../table/definition.ts'
import type { Slice } from '../../table/origin.ts'
import type { Field } from './cells.ts'
import { FLOAT } from './types.ts'

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

/**
 * Rows without a cursor are always among those that may have changed; so are those of `0000-00-00` and
 * `2026-11-00`, which load as NULL too.
 */
function sinceOf({ since }: Slice): string[] {
  if (!since) return []
  const name = nameOf(since.column)
  const kinds = [`${name} >= ${literal(since.value)}`, `${name} IS NULL`]
  if (isTime(since.column)) kinds.push(`${name} = 0`, noDateBelow(name, since.value))
  return [`(${kinds.join(' OR ')})`]
}

/** What says that a time of MySQL is a date elsewhere too: it has a year, a month and a day. */
export const isDate = (name: string): string =>
  `YEAR(${name}) > 0 AND MONTH(${name}) > 0 AND DAYOFMONTH(${name}) > 0`

/** Hardly a row is older, and it costs two looks at the index for every month since. */
const FIRST_YEAR = 2000

/**
 * Finds what is no date by the index, which has it between the last second of a month and the first of
 * the next: a condition on nothing but its parts would read the whole table.
 */
function noDateBelow(name: string, value: string): string {
  const places = [`${name} < '${FIRST_YEAR}-01-01 00:00:00'`]
  for (let month = 0; ; month++) {
    const first = new Date(Date.UTC(FIRST_YEAR, month))
    const text = timeOf(first)
    // A month later than the value's own has nothing below it.
    if (text > value) return `(NOT (${isDate(name)}) AND (${places.join(' OR ')}))`
    const last = timeOf(new Date(first.getTime() - 1000))
    places.push(`${name} > '${last}' AND ${name} < '${text}'`)
  }
}

const timeOf = (time: Date): string => time.toISOString().slice(0, 19).replace('T', ' ')

function rangeOf({ range }: Slice): string[] {
  if (!range) return []
  const name = nameOf(range.column)
  return [
    ...(range.from === undefined ? [] : [`${name} >= ${literal(range.from)}`]),
    ...(range.to === undefined ? [] : [`${name} < ${literal(range.to)}`]),
  ]
}
