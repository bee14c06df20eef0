import type { Column } from './column.ts'
import { type Mention, type Sql, tablesIn } from './sql.ts'
import type { TypeName, Values } from './type.ts'

/** What must be true of a table's new rows before they are published. */
export type Check =
  | { readonly kind: 'unique'; readonly columns: readonly string[] }
  | { readonly kind: 'accepted'; readonly column: string; readonly values: readonly unknown[] }
  | References
  | ({ readonly kind: 'rows' } & RowCount)
  | { readonly kind: 'fresh'; readonly column: string; readonly age: Age }
  | { readonly kind: 'none'; readonly words: string; readonly query: Sql }

/** Whatever a column holds is in a column of another table. */
export interface References {
  readonly kind: 'references'
  readonly column: string
  readonly other: Referenced
}

/** A column of another table, or of the table itself. */
interface Referenced {
  readonly table: Mention
  readonly name: string
}

/** How many rows there may be. */
export interface RowCount {
  /** Of the median of the last seven nights before: `[0.5, 2]` is half of it to twice as many. */
  readonly between?: readonly [number, number]
  readonly least?: number
  readonly most?: number
}

/** How old something may be at the end of the run date, in UTC. */
export type Age = { readonly hours: number } | { readonly days: number }

/** A column, as checks are given it. */
export type Given<T extends TypeName> = Column<T, 'computed'>

type Whole = 'smallint' | 'integer' | 'bigint'
type Text = 'char' | 'varchar'
/** The types whose values may be the same. */
type Like<T extends TypeName> = T extends Whole ? Whole : T extends Text ? Text : T

/** No two rows of the table have the same value, or the same values together; NULLs are all different. */
export function unique(...columns: readonly Given<Exclude<TypeName, 'super'>>[]): Check {
  if (columns.length === 0) throw new Error('unique() names no column')
  return { kind: 'unique', columns: columns.map((column) => ownName('unique', column)) }
}

/** The column holds no values but these, or NULL where it may. */
export function accepted<T extends Exclude<TypeName, 'super' | 'varbyte'>>(
  column: Given<T>,
  values: readonly Values[T][],
): Check {
  const name = ownName('accepted', column)
  if (values.length === 0) throw new Error(`accepted() gives ${name} no values`)
  for (const value of values) {
    try {
      column.facts.type.encode(value)
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`accepted() of ${name}: ${problem}`, { cause })
    }
  }
  return { kind: 'accepted', column: name, values }
}

/** Whatever the column holds but NULL is in that column of the other table, which is loaded first. */
export function references<T extends Exclude<TypeName, 'super'>>(
  column: Given<T>,
  other: Given<Like<T>>,
): References {
  const name = ownName('references', column)
  const found = mentioned('references', other)
  return { kind: 'references', column: name, other: found }
}

/** There are as many rows as usual, or as few or many as said. */
export function rowCount(limits: RowCount): Check {
  const { between, least, most } = limits
  const pairs = [between ?? [0, Number.POSITIVE_INFINITY], [least ?? 0, most ?? least ?? 0]]
  const wrong = pairs.some(([low = 0, high = 0]) => !(low >= 0 && low <= high))
  if (wrong || [between, least, most].every((limit) => limit === undefined)) {
    const forms = '{ between: [0.5, 2] }, { least: 1 } or { least: 1, most: 100 }'
    throw new Error(`rowCount(${JSON.stringify(limits)}): write it as ${forms}`)
  }
  return { kind: 'rows', ...limits }
}

/** The newest value in the table is not older than that when the run date ends, in UTC. */
export function fresh(column: Given<'date' | 'timestamp' | 'timestamptz'>, age: Age): Check {
  const name = ownName('fresh', column)
  const amount = 'hours' in age ? age.hours : age.days
  if (!(amount > 0)) throw new Error(`fresh() of ${name}: an age of ${amount} is no time`)
  return { kind: 'fresh', column: name, age }
}

/** The query finds no rows. What it selects of those that it finds is shown to people, and logged. */
export function none(words: string, query: Sql): Check {
  if (words === '') throw new Error('none() has no words that say what is true')
  if (!tablesIn(query).some(({ table }) => table.staged)) {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a person writes
    const form = 'select … from ${rows} where …'
    throw new Error(`none() of ${words} does not mention the new rows: ${form}`)
  }
  return { kind: 'none', words, query }
}

/** The check as a sentence that is true where it passes. */
export function wordsOf(check: Check): string {
  if (check.kind === 'none') return check.words
  if (check.kind === 'rows') return rowWords(check)
  if (check.kind === 'unique') {
    const [first, ...others] = check.columns
    return others.length === 0 ? `${first} is unique` : `${check.columns.join(', ')} are unique`
  }
  const { column } = check
  if (check.kind === 'accepted') return `${column} is ${oneOf(check.values)}`
  if (check.kind === 'fresh') {
    const [[unit, amount] = []] = Object.entries(check.age)
    return `the newest ${column} is ${amount} ${unit} old at most`
  }
  const { table, name } = check.other
  return `${column} is in ${table.of.id}.${name}`
}

/** So many values are named. */
const NAMED = 5

function oneOf(values: readonly unknown[]): string {
  const more = values.length > NAMED ? ` or ${values.length - NAMED} more` : ''
  return `one of ${values.slice(0, NAMED).join(', ')}${more}`
}

function rowWords({ between, least, most }: RowCount): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`
  const words = [
    between && `${percent(between[0])} to ${percent(between[1])} of the usual number`,
    least !== undefined && `${least} at least`,
    most !== undefined && `${most} at most`,
  ]
  return `rows are ${words.filter(Boolean).join(', ')}`
}

/** The column that a check is given. */
function mentioned(check: string, column: Column<TypeName, 'computed'> | undefined): Referenced {
  if (!column) {
    const why = 'there is no such column, or two files import each other'
    throw new Error(`${check}() is given undefined: ${why}`)
  }
  const [only, ...others] = column.facts.expression?.chunks ?? []
  if (typeof only !== 'object' || only.kind !== 'column' || others.length > 0) {
    throw new Error(`${check}() is given SQL, and takes a column: rows.id`)
  }
  return { table: only.table, name: only.name }
}

/** The name of a column of the new rows. */
export function ownName(check: string, column: Column<TypeName, 'computed'> | undefined): string {
  const { table, name } = mentioned(check, column)
  if (table.staged) return name
  const given = `${table.of.id}.${name}, which is none of the new rows: write rows.${name}`
  throw new Error(`${check}() is given ${given}`)
}
