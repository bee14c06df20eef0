import type { NamedColumn } from '../table/definition.ts'
import { identifier } from '../table/sql.ts'
import type { TypeName } from '../table/type.ts'
import { block, quoted, sqlLine } from './lkml.ts'

/** How a column of some type is shown. */
interface Form {
  readonly type: 'string' | 'number' | 'yesno' | 'time'
  /** The SQL of what is shown, where it is not the column as it is. */
  readonly sql?: (column: string) => string
  /** Of what a column of dates or times makes a field each. */
  readonly timeframes?: readonly string[]
  readonly lines?: readonly string[]
  /** Nobody reads it as it is. */
  readonly hidden?: true
}

const days = ['raw', 'date', 'day_of_week', 'week', 'month', 'quarter', 'year']
const moments = ['raw', 'time', 'hour', 'hour_of_day', ...days.slice(1)]

const number: Form = { type: 'number' }
const text: Form = { type: 'string' }

/** Every type of Redshift's, one line each. */
const forms: Readonly<Record<TypeName, Form>> = {
  smallint: number,
  integer: number,
  bigint: number,
  decimal: number,
  real: number,
  double: number,
  boolean: { type: 'yesno' },
  char: text,
  varchar: text,
  date: { type: 'time', timeframes: days, lines: ['convert_tz: no', 'datatype: date'] },
  // A wall clock: nobody knows its zone but the table's author.
  timestamp: {
    type: 'time',
    timeframes: moments,
    lines: ['convert_tz: no', 'datatype: timestamp'],
  },
  timestamptz: { type: 'time', timeframes: moments, lines: ['datatype: timestamp'] },
  time: { type: 'string', sql: (column) => `cast(${column} as varchar(16))` },
  super: { type: 'string', sql: (column) => `json_serialize(${column})`, hidden: true },
  varbyte: { type: 'string', sql: (column) => `to_hex(${column})`, hidden: true },
}

/** A yesno has no third value: Looker shows NULL as No. */
const doubtful: Form = {
  type: 'string',
  sql: (column) => `case when ${column} then 'Yes' when not ${column} then 'No' end`,
}

export const formOf = ({ column: { facts } }: NamedColumn): Form =>
  facts.type.name === 'boolean' && facts.nullable ? doubtful : forms[facts.type.name]

/** The column of the table at hand, in SQL. */
export const columnSql = ({ name }: NamedColumn): string => `\${TABLE}.${identifier(name)}`

/** The names of the fields that a field by that name makes. */
export function fieldsOf(column: NamedColumn, name: string): readonly string[] {
  const { timeframes } = formOf(column)
  // The group's own name is taken too: a measure by it would be hard to tell from it.
  return timeframes ? [name, ...timeframes.map((timeframe) => `${name}_${timeframe}`)] : [name]
}

/** The field by which joins and conditions mention a column. */
export const rawField = (column: NamedColumn, name: string): string =>
  formOf(column).timeframes ? `${name}_raw` : name

/** The field that shows a column in a list of rows; undefined where nobody would read it. */
export function shownField(column: NamedColumn, name: string): string | undefined {
  const { timeframes = [], hidden } = formOf(column)
  if (hidden) return undefined
  return timeframes.length > 0 ? `${name}_${timeframes.includes('time') ? 'time' : 'date'}` : name
}

/** What is to be known of a field besides its column. */
export interface Place {
  readonly name: string
  readonly isKey: boolean
  readonly isHidden: boolean
}

/** A dimension, or of dates and times the group of them. */
export function dimension(column: NamedColumn, { name, isKey, isHidden }: Place): string[] {
  const { type, sql, timeframes, lines = [] } = formOf(column)
  const { description } = column.column.facts
  const label = timeframes && groupLabel(name)
  return block(
    `${timeframes ? 'dimension_group' : 'dimension'}: ${name}`,
    isKey ? 'primary_key: yes' : undefined,
    isHidden ? 'hidden: yes' : undefined,
    label && `label: ${quoted(label)}`,
    description && `description: ${quoted(description)}`,
    `type: ${type}`,
    timeframes && `timeframes: [${timeframes.join(', ')}]`,
    lines,
    valueFormat(column, name, isKey),
    sqlLine('sql', sql ? sql(columnSql(column)) : columnSql(column)),
  )
}

/** `sold_at` is Sold Date, Sold Week; without a label it were Sold At Date. */
function groupLabel(name: string): string | undefined {
  const stem = name.replace(/_(at|on|date)$/, '')
  return stem === name ? undefined : titled(stem)
}

/** `sold_at` as Looker would write it: `Sold At`. */
export const titled = (name: string): string =>
  name
    .split('_')
    .filter(Boolean)
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join(' ')

/** Numbers of things have no thousands, amounts have the digits of their column. */
function valueFormat(column: NamedColumn, name: string, isKey: boolean): string | undefined {
  if (formOf(column).type !== 'number') return undefined
  if (isKey || isId(name)) return 'value_format_name: id'
  return decimalsFormat(column)
}

/** The named format of a column of DECIMAL, which go to four digits. */
export function decimalsFormat({ column }: NamedColumn): string | undefined {
  const digits = scaleOf({ column })
  return digits > 0 ? `value_format_name: decimal_${Math.min(digits, 4)}` : undefined
}

/** How many digits a DECIMAL has behind the point, 0 of any other type. */
export const scaleOf = ({ column: { facts } }: Pick<NamedColumn, 'column'>): number =>
  Number(/^decimal\(\d+,(\d+)\)$/.exec(facts.type.ddl)?.[1] ?? 0)

/** Whether a column holds the numbers of things, going by its name. */
export const isId = (name: string): boolean => name === 'id' || name.endsWith('_id')
