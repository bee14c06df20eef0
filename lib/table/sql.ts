import type { Column } from './column.ts'
import { type Definition, definition, type Tabled } from './definition.ts'
import type { TypeName } from './type.ts'

/** A piece of SQL: text, a table, a column of a table, a value, or the run date. */
type Chunk =
  | string
  | { readonly kind: 'table'; readonly table: Mention }
  | { readonly kind: 'column'; readonly table: Mention; readonly name: string }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'run date' }

/** A table as a statement speaks of it: under its own name, or an alias. */
export interface Mention {
  readonly of: Definition
  readonly alias?: string
  /** Not the table is meant, but the rows that are about to be published. */
  readonly staged?: true
}

type Value = string | number | bigint | boolean | null

/** What may stand in `${}`. Anything else is a compile error. */
export type SqlInput = Sql | Tabled | Column<TypeName, 'computed'> | Value

/** SQL that knows which tables and columns it mentions. Made by the `sql` tag. */
export class Sql {
  readonly chunks: readonly Chunk[]

  constructor(chunks: readonly Chunk[]) {
    this.chunks = chunks
  }
}

/**
 * SQL in Redshift's words: `sql\`${orders} join ${events} on ${events.id} = ${orders.event_id}\``.
 * A table becomes its quoted name, a column its qualified one, any other value is bound.
 */
export function sql(strings: TemplateStringsArray, ...inputs: readonly SqlInput[]): Sql {
  return new Sql(
    strings.flatMap((text, i) => (i < inputs.length ? [text, ...chunksOf(inputs[i])] : [text])),
  )
}

function chunksOf(input: SqlInput | undefined): readonly Chunk[] {
  if (input instanceof Sql) return input.chunks
  if (typeof input === 'object' && input !== null) {
    if (definition in input) return [{ kind: 'table', table: mentionOf(input) }]
    if (input.facts.expression) return input.facts.expression.chunks
  }
  if (input === undefined) {
    throw new Error('undefined in sql``: there is no such column, or two files import each other')
  }
  return [{ kind: 'value', value: input as Value }]
}

/** The night's run date, as a date. */
export const runDate: Sql = new Sql([{ kind: 'run date' }])

/** A column of a table, as SQL. */
export const columnSql = (table: Mention, name: string): Sql =>
  new Sql([{ kind: 'column', table, name }])

/** SQL that is joined from pieces. */
export function joinSql(pieces: readonly Sql[], separator: string): Sql {
  return new Sql(
    pieces.flatMap((piece, i) => (i === 0 ? piece.chunks : [separator, ...piece.chunks])),
  )
}

/** An identifier in quotes, lower case as Redshift keeps it. */
export const identifier = (name: string): string => `"${name.toLowerCase().replaceAll('"', '""')}"`

/** SQL of a name that is not a table's or a column's. */
export const identifierSql = (name: string): Sql => new Sql([identifier(name)])

function mentionOf(table: Tabled): Mention {
  const own = table[definition]
  return { of: own, alias: own.alias, staged: own.staged }
}

/** How a statement calls a table: two mentions with one name are one table in it. */
export const nameOf = (table: Mention): string => table.alias ?? table.of.name

/** The mentions of tables in SQL, in their order, with the text in front of each. */
export function tablesIn(sql: Sql): { table: Mention; before: string }[] {
  return sql.chunks.flatMap((chunk, i) => {
    const before = sql.chunks[i - 1]
    return typeof chunk === 'object' && chunk.kind === 'table'
      ? [{ table: chunk.table, before: typeof before === 'string' ? before : '' }]
      : []
  })
}

/** The mentions of columns in SQL. */
export const columnsIn = (sql: Sql): { table: Mention; name: string }[] =>
  sql.chunks.filter((chunk) => typeof chunk === 'object' && chunk.kind === 'column')

/** A statement for the Data API: its text, and what its `:names` stand for. */
export interface Statement {
  readonly text: string
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * The text of SQL. Values are bound under names that begin with `prefix`, since all statements of
 * a batch share one list of parameters.
 */
export function render(
  sql: Sql,
  options: {
    runDate: string
    prefix?: string
    /** The table that holds the rows that are about to be published. */
    staged?: string
    /** How values are written into the text, where nothing can be bound. */
    literal?: (value: string) => string
  },
): Statement {
  const parameters: Record<string, string> = {}
  const bind = (value: string): string => {
    if (options.literal) return options.literal(value)
    const name = `${options.prefix ?? 'p'}${Object.keys(parameters).length + 1}`
    parameters[name] = value
    return `:${name}`
  }
  const text = sql.chunks.map((chunk) => {
    if (typeof chunk === 'string') return chunk
    if (chunk.kind === 'table') return tableText(chunk.table, options.staged)
    if (chunk.kind === 'column')
      return `${identifier(nameOf(chunk.table))}.${identifier(chunk.name)}`
    if (chunk.kind === 'run date') return `cast(${bind(options.runDate)} as date)`
    return valueText(chunk.value, bind)
  })
  return { text: text.join(''), parameters }
}

function tableText({ of, alias, staged: isStaged }: Mention, staged?: string): string {
  if (isStaged) return `${staged} as ${identifier(alias ?? of.name)}`
  const name = `${identifier(of.schema)}.${identifier(of.name)}`
  return alias ? `${name} as ${identifier(alias)}` : name
}

function valueText(value: Value, bind: (value: string) => string): string {
  if (typeof value === 'string') {
    if (value.includes('\0')) throw new Error('NUL in sql``: no text of Redshift holds it')
    // The Data API takes no empty parameter.
    return value === '' ? "''" : bind(value)
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${value} in sql\`\``)
  // Two minus signs would begin a comment.
  return String(value).startsWith('-') ? `(${value})` : String(value)
}
