import type { Definition, NamedColumn } from '../table/definition.ts'
import type { Measure } from '../table/measure.ts'
import { dimension, fieldsOf, formOf, isId, rawField, shownField } from './field.ts'
import { keySql, plainKey, rowKey } from './key.ts'
import { block, comment, sqlLine } from './lkml.ts'
import { measureLines, measuresOf } from './measures.ts'
import { lookmlName, namesWithout } from './names.ts'
import { relationsOf } from './relations.ts'

/** A table as Looker sees it, with the names of its fields. */
export interface View {
  readonly name: string
  readonly table: Definition
  /** The name of each column's dimension, or group of them. */
  readonly fields: ReadonlyMap<string, string>
  /** The field that tells a row from all others; undefined where no declaration says which. */
  readonly key?: string
  /** The measure that counts rows. */
  readonly count: string
  readonly measures: ReadonlyMap<string, Measure>
}

/** So many fields of a row are listed where somebody looks into a number. */
const MOST_SHOWN = 8
/** Text that may have more bytes is no part of a list. */
const LONG_TEXT = 2000

/** Names the fields of a table: columns of one field keep their names, whatever else there is. */
export function viewOf(name: string, table: Definition): View {
  const names = namesWithout([])
  const take = (column: NamedColumn): [string, string] => {
    const wish = lookmlName(column.name)
    return [column.name, names.take([wish], (name) => fieldsOf(column, name))]
  }
  const isGroup = (column: NamedColumn) => formOf(column).timeframes !== undefined
  const plain = table.columns.filter((column) => !isGroup(column)).map(take)
  const fields = new Map([...plain, ...table.columns.filter(isGroup).map(take)])
  const only = plainKey(table)
  const made = rowKey(table).length > 0 ? names.take(['primary_key']) : undefined
  const key = only ? fields.get(only.name) : made
  const count = names.take(['count', 'count_of_rows'])
  const measures = Object.entries(measuresOf(table, numbersOfThings(table)))
  return {
    ...{ name, table, fields, count },
    ...(key !== undefined && { key }),
    measures: new Map(measures.map(([name, measure]) => [names.take([lookmlName(name)]), measure])),
  }
}

/** The field by which joins mention a column of a view. */
export function rawFieldOf({ table, fields }: View, name: string): string {
  const column = table.columns.find((column) => column.name === name)
  const field = fields.get(name)
  if (!column || !field) throw new Error(`${table.id} has no column ${name}`)
  return rawField(column, field)
}

/** The view, as LookML. */
export function viewLines(view: View, description?: string): string[] {
  const { name, table, fields, count, measures } = view
  const only = plainKey(table)
  const hidden = numbersOfThings(table)
  const dimensions = table.columns.map((column) =>
    dimension(column, {
      name: fields.get(column.name) as string,
      isKey: column === only,
      isHidden: column !== only && (hidden.has(column.name) || formOf(column).hidden === true),
    }),
  )
  const blocks = [
    keyLines(view),
    ...dimensions,
    block(`measure: ${count}`, 'type: count', 'drill_fields: [detail*]'),
    ...[...measures].map(([name, measure]) => measureLines(table, name, measure)),
    block('set: detail', `fields: [${shownFields(view, hidden).join(', ')}]`),
  ]
  return [
    ...(description ? [comment(description)] : []),
    ...block(
      `view: ${name}`,
      sqlLine('sql_table_name', `"${table.schema}"."${table.name}"`),
      blocks.filter((lines) => lines.length > 0).flatMap((lines) => ['', ...lines]),
    ),
  ]
}

/** The key, where it is more than a column as it is. */
function keyLines({ table, key }: View): string[] {
  if (key === undefined || plainKey(table)) return []
  const sql = sqlLine('sql', keySql(rowKey(table)))
  return block(`dimension: ${key}`, 'primary_key: yes', 'hidden: yes', 'type: string', sql)
}

/** The columns that hold the numbers of other things: nobody reads them, or adds them up. */
function numbersOfThings(table: Definition): ReadonlySet<string> {
  const keys = rowKey(table).map(({ name }) => name)
  const others = relationsOf(table).map(({ column }) => column)
  const numbers = table.columns.filter(
    (column) =>
      isId(column.name) ||
      ([...keys, ...others].includes(column.name) && formOf(column).type === 'number'),
  )
  return new Set(numbers.map(({ name }) => name))
}

/** What is listed of rows that somebody looks into: the key, when it was, and what can be read. */
function shownFields({ table, fields }: View, hidden: ReadonlySet<string>): string[] {
  const only = plainKey(table)
  const when = table.columns.find((column) => formOf(column).timeframes)
  const others = table.columns.filter(
    ({ name, column }) => !hidden.has(name) && (column.facts.type.bytes ?? 0) < LONG_TEXT,
  )
  const shown = [...new Set([only, when, ...others])].filter((column) => column !== undefined)
  const names = shown.flatMap((column) => shownField(column, fields.get(column.name) ?? '') ?? [])
  return names.slice(0, MOST_SHOWN)
}
