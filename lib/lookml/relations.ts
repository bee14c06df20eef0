import type { References } from '../table/check.ts'
import type { Definition } from '../table/definition.ts'
import { isUnique } from './key.ts'

/** A column of a table that is found in a column of another. */
export interface Relation {
  readonly column: string
  readonly target: Definition
  readonly targetColumn: string
  /** Undefined where several rows of the other table may hold the same: joined, rows would double. */
  readonly relationship?: 'many_to_one' | 'one_to_one'
}

/** What a table says of others, in its checks and its joins, each once. */
export function relationsOf(table: Definition): Relation[] {
  const said = [...table.checks.filter((check) => check.kind === 'references'), ...table.joins]
  const relations = said.map((references) => relationOf(table, references))
  const keyOf = ({ column, target, targetColumn }: Relation) =>
    [column, target.id, targetColumn].join(' ')
  return [...new Map(relations.map((relation) => [keyOf(relation), relation])).values()]
}

function relationOf(table: Definition, { column, other }: References): Relation {
  // Of itself a table knows the columns alone: it was not whole yet when it named them.
  const target = other.table.of.id === table.id ? table : other.table.of
  const relation = { column, target, targetColumn: other.name }
  if (!isUnique(target, other.name)) return relation
  return { ...relation, relationship: isUnique(table, column) ? 'one_to_one' : 'many_to_one' }
}
