import { Failure, messageOf } from '../error.ts'
import type { Check, References } from './check.ts'
import { Column, type Columns, type Flag, type Row } from './column.ts'
import {
  type Definition,
  daysOf,
  definition,
  keyOf,
  partitionOf,
  type Resources,
  type Tabled,
  type ToRow,
  type ToRows,
} from './definition.ts'
import type { Measure } from './measure.ts'
import { type After, needsOf } from './needs.ts'
import type { Origin } from './origin.ts'
import { columnSql, type Mention, Sql } from './sql.ts'
import type { TypeName } from './type.ts'

/** A table: what Usher knows of it, and its columns for use in SQL. */
export type Table<C extends Columns = Columns> = Tabled & {
  readonly [K in keyof C & string]: Reference<C[K]>
}

/** A column as another table's SQL sees it: a value, no longer a key or a default. */
type Reference<C> =
  C extends Column<infer T, never>
    ? Column<T, 'computed' | (C extends { is: { nullable: true } } ? 'nullable' : never)>
    : never

type Name<C extends Columns> = keyof C & string

/** The names of the columns of one type. */
export type NameOf<C extends Columns, T extends TypeName> = {
  [K in Name<C>]: C[K] extends Column<T, never> ? K : never
}[Name<C>]

/** What every table may say of itself, whatever its rows come from. */
export interface Traits<C extends Columns> {
  /** The schema, `public` unless said. */
  readonly schema?: string
  /** One sentence for the people who read the warehouse. */
  readonly description?: string
  /** How Redshift spreads the rows: by a column, a copy for `all` nodes, `even`, or `auto`. */
  readonly dist?: Name<C> | 'all' | 'even' | 'auto'
  /** The columns Redshift sorts by; `auto` without any. */
  readonly sort?: readonly Name<C>[]
  /** How the night's rows take the place of the old ones: `replace` unless said. */
  readonly publish?:
    | 'replace'
    | { readonly merge: Name<C> }
    | { readonly partition: NameOf<C, 'date'> }
  /**
   * It may come back empty, or with less than half the rows it had: that is then published like any
   * other night's. Else such a night's rows are not, until a person accepts them.
   */
  readonly mayShrink?: boolean
  /** What must be true of the new rows before they are published: `(rows) => [unique(rows.id)]`. */
  readonly checks?: (rows: Table<C>) => readonly Check[]
  /**
   * Where other tables' rows are found, for those who look at both: `(rows) => [references(rows.event_id,
   * events.id)]`. Unlike the check, it is not looked at by night, and nothing waits for it.
   */
  readonly joins?: (rows: Table<C>) => readonly References[]
  /** What analysts reckon of the rows: `(rows) => ({ revenue: sum(rows.price) })`. */
  readonly measures?: (rows: Table<C>) => Readonly<Record<string, Measure>>
  /** Tables and tasks that must be complete first, though no SQL mentions them. */
  readonly after?: After
  /** Memory in MB and time in minutes, where the task needs other than the usual. */
  readonly resources?: Resources
}

/** Forbids keys that are not columns; a callback's result is not checked for them otherwise. */
type Only<R, C extends Columns> = { [K in keyof R]: K extends keyof C ? R[K] : never }

interface Extracted<C extends Columns, Record, R extends Row<C>> extends Traits<C> {
  readonly columns: C
  readonly from: Origin<Record>
  /** One row for each record. */
  readonly row?: (record: Record) => R & Only<R, C>
  /** None or many rows for each record. */
  readonly rows?: (record: Record) => Iterable<R & Only<R, C>>
}

/** A property that must be there; what it holds is said elsewhere. */
type Has<K extends string> = { readonly [key in K]: unknown }

/**
 * A table whose rows are built from the records of a source, by `row` (one of each record) or
 * `rows` (a generator: none or many).
 */
export function table<C extends Columns, Record, R extends Row<C>>(
  name: string,
  traits: Extracted<C, Record, R> & (Has<'row'> | Has<'rows'>),
): Table<C> {
  const { row, rows, from } = traits
  if (row && rows) throw new Failure('BadDeclaration', `${name}: has both row and rows; keep one`)
  const made = { by: 'extract', from, row: row as ToRow, rows: rows as ToRows } as const
  return define(name, traits.columns, traits, made)
}

/** Makes the value that a table file exports, and refuses what Redshift would. */
export function define<C extends Columns>(
  name: string,
  columns: C,
  traits: Traits<C>,
  made: Definition['made'],
): Table<C> {
  const schema = traits.schema ?? 'public'
  const base: Definition = {
    id: schema === 'public' ? name : `${schema}.${name}`,
    schema,
    name,
    description: traits.description,
    columns: Object.entries(columns).map(([name, column]) => ({ name, column })),
    dist: traits.dist ?? 'auto',
    sort: traits.sort ?? [],
    publish: traits.publish ?? 'replace',
    mayShrink: traits.mayShrink ?? false,
    made,
    checks: [],
    joins: [],
    measures: {},
    needs: [],
    resources: traits.resources ?? {},
  }
  const checks = ofRows(base, traits.checks) ?? []
  const joins = ofRows(base, traits.joins) ?? []
  const measures = ofRows(base, traits.measures) ?? {}
  const queries = [...madeFrom(made), ...checks.flatMap(queriesIn)]
  const own = { ...base, checks, joins, measures, needs: needsOf(name, traits.after, queries) }
  check(own)
  return tableOf<C>(own)
}

/** What is said of the new rows, which go by the name of the table in its SQL. */
function ofRows<C extends Columns, Said>(own: Definition, say?: (rows: Table<C>) => Said) {
  try {
    return say?.(tableOf<C>({ ...own, alias: own.name, staged: true }))
  } catch (error) {
    throw new Failure('BadDeclaration', `${own.id}: ${messageOf(error)}`, { cause: error })
  }
}

/** The SQL that a table is made by. */
function madeFrom(made: Definition['made']): Sql[] {
  if (made.by === 'transform') return [made.query]
  return made.by === 'spark' ? made.reads.map(({ query }) => query) : []
}

/** The SQL of a check, as far as it tells which tables it looks at. */
function queriesIn(check: Check): Sql[] {
  if (check.kind === 'none') return [check.query]
  return check.kind === 'references' ? [new Sql([{ kind: 'table', table: check.other.table }])] : []
}

/** A table under another name inside one statement: for joining a table with itself. */
export function alias<C extends Columns>(table: Table<C>, name: string): Table<C> {
  return tableOf<C>({ ...table[definition], alias: name })
}

function tableOf<C extends Columns>(own: Definition): Table<C> {
  const mention: Mention = { of: own, alias: own.alias, staged: own.staged }
  const references = own.columns.map(({ name, column: { facts } }) => {
    const expression = columnSql(mention, name)
    const { type, nullable, description } = facts
    return [name, new Column<TypeName, Flag>({ type, nullable, description, expression })]
  })
  return { ...Object.fromEntries(references), [definition]: own } as Table<C>
}

/** How text is cut where rows are not read one by one. */
const CUT = {
  copy: 'COPY reads it as it lies',
  transform: 'its SQL can say left()',
  spark: 'its script can say substring()',
} as const

function check(own: Definition): void {
  const fail = (problem: string) => {
    throw new Failure('BadDeclaration', `${own.id}: ${problem}`)
  }
  const names = own.columns.map(({ name }) => name)
  for (const [what, name] of [
    ['table', own.name],
    ['schema', own.schema],
    ...names.map((name) => ['column', name]),
  ]) {
    if (!/^[a-z_][a-z0-9_$]*$/.test(name ?? '') || Buffer.byteLength(name ?? '') > 127) {
      fail(`the ${what} name '${name}' must be lower-case letters, digits and _, 127 at most`)
    }
  }
  if (names.includes('__proto__')) fail('JavaScript keeps the name __proto__ for itself')
  if (names.length === 0) fail('has no columns')
  if (names.length > 1600) fail(`has ${names.length} columns, Redshift holds 1600`)
  const columnOf = (name: string) => own.columns.find((column) => column.name === name)
  for (const name of [
    ...own.sort,
    ...('all even auto'.split(' ').includes(own.dist) ? [] : [own.dist]),
  ]) {
    const type = columnOf(name)?.column.facts.type.name
    if (!type)
      fail(`dist or sort names '${name}', which is not a column; it has ${names.join(', ')}`)
    if (type === 'super' || type === 'varbyte')
      fail(`${name} is ${type}, which cannot be dist or sort`)
  }
  if (own.publish !== 'replace') {
    const by = 'merge' in own.publish ? own.publish.merge : own.publish.partition
    if (!columnOf(by)) fail(`publish names '${by}', which is not a column`)
    if ('merge' in own.publish && keyOf(own).length === 0) {
      fail('publish merges by the primary key, and no column is .primaryKey()')
    }
  }
  const { made } = own
  if (daysOf(own) && !partitionOf(own)) {
    fail('its source is read day by day: say which column is the day, publish: { partition }')
  }
  if (made.by === 'extract' && made.from.repeats && keyOf(own).length === 0) {
    fail('its source may give a record twice: make a column .primaryKey(), to keep one of them')
  }
  const cut = own.columns.find(({ column: { facts } }) => facts.truncated)
  if (cut?.column.facts.key) {
    fail(`${cut.name} is both .primaryKey() and .truncated(): cut, two keys might be one`)
  }
  if (cut && made.by !== 'extract') {
    fail(
      `${cut.name} is .truncated(), which is done where rows are read one by one: ${CUT[made.by]}`,
    )
  }
  for (const { name, column } of own.columns) {
    const { type, fallback } = column.facts
    if (fallback === undefined) continue
    try {
      type.encode(fallback)
    } catch (error) {
      fail(`the default of ${name} ${messageOf(error)}`)
    }
  }
  for (const name of Object.keys(own.measures)) {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) {
      fail(`the measure '${name}' must be lower-case letters, digits and _`)
    }
    if (name === 'count') fail('every table has the measure count: call this one otherwise')
    if (columnOf(name)) fail(`the measure '${name}' has the name of a column: call it otherwise`)
  }
  const nullableKey = own.columns.find(({ column: { facts } }) => facts.key && facts.nullable)
  if (nullableKey) fail(`${nullableKey.name} is both .primaryKey() and .nullable()`)
}
