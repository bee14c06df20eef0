import type { Definition, NamedColumn } from '../table/definition.ts'
import type { Measure } from '../table/measure.ts'
import { columnSql, decimalsFormat, formOf, isId, scaleOf } from './field.ts'
import { block, quoted, sqlLine } from './lkml.ts'

/** What a measure of LookML is called, and how it says what it is. */
const kinds: Readonly<Record<Measure['kind'], { type: string; words: string }>> = {
  sum: { type: 'sum', words: 'Sum' },
  average: { type: 'average', words: 'Average' },
  distinct: { type: 'count_distinct', words: 'Different values' },
}

/** The measures of a table by name: those that it declares, else the likely ones. */
export function measuresOf(
  table: Definition,
  keys: ReadonlySet<string>,
): Readonly<Record<string, Measure>> {
  if (Object.keys(table.measures).length > 0) return table.measures
  return Object.fromEntries(
    table.columns.flatMap((column) => (keys.has(column.name) ? [] : likely(column))),
  )
}

/** Amounts are added up and averaged, other whole numbers added up; small ones seldom count things. */
function likely(named: NamedColumn): [string, Measure][] {
  const { name, column } = named
  const total: [string, Measure] = [`total_${name}`, { kind: 'sum', column: name }]
  if (scaleOf(named) > 0) return [total, [`average_${name}`, { kind: 'average', column: name }]]
  return !isId(name) && ['integer', 'bigint', 'decimal'].includes(column.facts.type.name)
    ? [total]
    : []
}

/** One measure, as LookML. */
export function measureLines(table: Definition, name: string, measure: Measure): string[] {
  const column = table.columns.find((column) => column.name === measure.column)
  if (!column) throw new Error(`${table.id} has no column ${measure.column}`)
  const { type, words } = kinds[measure.kind]
  const { description } = column.column.facts
  const about = `${words} of ${column.name}${description ? `: ${description}` : ''}`
  const format = measure.kind === 'distinct' ? undefined : decimalsFormat(column)
  return block(
    `measure: ${name}`,
    `description: ${quoted(about)}`,
    `type: ${type}`,
    format ?? (measure.kind === 'average' ? 'value_format_name: decimal_2' : undefined),
    'drill_fields: [detail*]',
    sqlLine('sql', measured(column, measure)),
  )
}

/** What is added up, averaged or counted. The mean of whole numbers is none in Redshift's AVG. */
function measured(column: NamedColumn, { kind }: Measure): string {
  const { sql } = formOf(column)
  const plain = columnSql(column)
  if (kind === 'distinct' && sql) return sql(plain)
  return kind === 'average' && column.column.facts.type.bits
    ? `cast(${plain} as double precision)`
    : plain
}
