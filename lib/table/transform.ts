import { Failure } from '../error.ts'
import { Column, type Columns, type Flag } from './column.ts'
import type { Definition } from './definition.ts'
import {
  columnsIn,
  identifierSql,
  joinSql,
  type Mention,
  nameOf,
  type Sql,
  sql,
  tablesIn,
} from './sql.ts'
import { define, type Table, type Traits } from './table.ts'
import type { TypeName } from './type.ts'

/** The columns of a `select`: another table's column, or a type with the SQL that computes it. */
export type Selection = Readonly<Record<string, Column<TypeName, 'computed'>>>

interface Select<C extends Columns> extends Traits<C> {
  readonly select: C & Selection
  /** What follows FROM, to the end of the statement. */
  readonly from: Sql
  readonly query?: undefined
}

interface Query<C extends Columns> extends Traits<C> {
  readonly columns: C
  /** A whole query whose columns are named as `columns`: for CTEs, unions and windows. */
  readonly query: Sql
  readonly select?: undefined
}

/** A table made inside the warehouse, by SQL, from the tables that the SQL mentions. */
export function transform<C extends Columns>(name: string, traits: Select<C> | Query<C>): Table<C> {
  const [columns, query] =
    traits.query !== undefined
      ? [traits.columns, queryOf(traits.columns, traits.query)]
      : [traits.select, selectOf(name, traits.select, traits.from)]
  const stored = Object.entries(columns).map(([name, { facts }]) => {
    return [name, new Column<TypeName, Flag>({ ...facts, expression: undefined })] as const
  })
  return define(name, Object.fromEntries(stored) as unknown as C, traits as Traits<C>, {
    by: 'transform',
    query,
  })
}

/** The query of a selection. Throws a BadDeclaration where it does not hold together. */
export function selectOf(name: string, select: Selection, from: Sql): Sql {
  const expressions = Object.entries(select).map(([key, column]) => {
    if (!column?.facts.expression) fail(name, `${key} is given no column, and no SQL by .as()`)
    return sql`${column.facts.expression} as ${identifierSql(key)}`
  })
  const query = sql`select ${joinSql(expressions, ', ')} from ${from}`
  checkNames(name, from, query)
  checkOuterJoins(name, select, from)
  return query
}

function queryOf(columns: Columns, query: Sql): Sql {
  const names = Object.keys(columns).map(identifierSql)
  return sql`select ${joinSql(names, ', ')} from (${query}) as ${identifierSql('query')}`
}

/** Every column must come from a table in `from`, and two tables there need two names. */
function checkNames(name: string, from: Sql, query: Sql): void {
  const present = new Map<string, Definition>()
  for (const { table } of tablesIn(from)) {
    const other = present.get(nameOf(table))
    if (other && other.id !== table.of.id) {
      fail(name, `${other.id} and ${table.of.id} have one name here: use alias(table, 'name')`)
    }
    present.set(nameOf(table), table.of)
  }
  for (const { table, name: column } of columnsIn(query)) {
    if (present.get(nameOf(table))?.id !== table.of.id) {
      fail(name, `uses ${nameOf(table)}.${column}, but ${nameOf(table)} is not in its from`)
    }
  }
}

/** A column of an outer-joined table is NULL where nothing matched, whatever it is at home. */
function checkOuterJoins(name: string, select: Selection, from: Sql): void {
  const optional = new Set<string>()
  const seen: Mention[] = []
  for (const { table, before } of tablesIn(from)) {
    const join = /\b(left|right|full)\s+(?:outer\s+)?join\s*$/i.exec(before)?.[1]?.toLowerCase()
    if (join === 'left' || join === 'full') optional.add(nameOf(table))
    if (join === 'right' || join === 'full') for (const other of seen) optional.add(nameOf(other))
    seen.push(table)
  }
  for (const [key, { facts }] of Object.entries(select)) {
    const [only, ...others] = facts.expression?.chunks ?? []
    if (facts.nullable || others.length > 0 || typeof only !== 'object') continue
    if (only.kind === 'column' && optional.has(nameOf(only.table))) {
      const column = `${nameOf(only.table)}.${only.name}`
      fail(name, `${key} is NULL where the outer join finds no match: write ${column}.nullable()`)
    }
  }
}

function fail(name: string, problem: string): never {
  throw new Failure('BadDeclaration', `${name}: ${problem}`)
}
