import { Failure } from '../error.ts'
import type { Definition } from '../table/definition.ts'
import { titled } from './field.ts'
import { block, comment, quoted, sqlLine } from './lkml.ts'
import { lookmlName, namesWithout } from './names.ts'
import { type Relation, relationsOf } from './relations.ts'
import { rawFieldOf, type View } from './view.ts'

/** What is said of an explore besides its joins. */
export interface ExploreFacts {
  readonly description?: string
  /** What explores stand together under in Looker's menu. */
  readonly group?: string
  /** The table is looked at where others are joined to it; its own explore serves the tests. */
  readonly isHidden: boolean
}

/** A view of an explore, under the name that it has there. */
interface Joined {
  readonly as: string
  readonly view: View
}

/** The views by the ids of their tables. */
export type Views = ReadonlyMap<string, View>

/**
 * The explore of a table: all that it refers to is joined, and what that refers to, as far as it goes.
 * Joins never change how many rows of the table there are. Throws a BadDeclaration where a table that
 * is referred to is not in the warehouse.
 */
export function exploreLines(base: View, views: Views, facts: ExploreFacts): string[] {
  const { description, group, isHidden } = facts
  const joins: string[][] = []
  const names = new Set([base.name])
  const present = new Set([base.table.id])
  const waiting: Joined[] = [{ as: base.name, view: base }]
  for (const from of waiting) {
    const relations = relationsOf(from.view.table)
    // What is there by another way might be another row.
    const before = from.view === base ? new Set<string>() : new Set(present)
    for (const relation of relations) {
      const view = viewAt(views, from.view.table, relation)
      if (!relation.relationship) joins.push([refusal(from, view, relation)])
      if (!relation.relationship || before.has(view.table.id)) continue
      const as = joinName(relation, relations, view, { names, views })
      names.add(as)
      joins.push(joinLines(from, { as, view }, relation))
      // Beyond one of two joins of a table, nobody could tell whose row it is.
      if (as === view.name) waiting.push({ as, view })
      present.add(view.table.id)
    }
  }
  return block(
    `explore: ${base.name}`,
    isHidden ? 'hidden: yes' : undefined,
    group && `group_label: ${quoted(titled(group))}`,
    description && `description: ${quoted(description)}`,
    joins.flatMap((lines) => ['', ...lines]),
  )
}

function viewAt(views: Views, table: Definition, { target }: Relation): View {
  const view = views.get(target.id)
  if (view) return view
  throw new Failure('BadDeclaration', `${table.id} joins ${target.id}, which is not exported`)
}

/** Two joins of one table are told by their columns: `buyer_id` joins `buyer`. */
function joinName(
  { column, target }: Relation,
  all: readonly Relation[],
  view: View,
  taken: { readonly names: ReadonlySet<string>; readonly views: Views },
): string {
  const alike = all.filter((one) => one.relationship && one.target.id === target.id)
  if (alike.length === 1 && !taken.names.has(view.name)) return view.name
  const role = lookmlName(column.replace(/_id$/, ''))
  const used = [...taken.names, ...[...taken.views.values()].map(({ name }) => name)]
  return namesWithout(used).take([role, `${role}_${view.name}`])
}

function joinLines(from: Joined, to: Joined, relation: Relation): string[] {
  const own = `\${${from.as}.${rawFieldOf(from.view, relation.column)}}`
  const other = `\${${to.as}.${rawFieldOf(to.view, relation.targetColumn)}}`
  return block(
    `join: ${to.as}`,
    to.as === to.view.name
      ? undefined
      : [`from: ${to.view.name}`, `view_label: ${quoted(titled(to.as))}`],
    'type: left_outer',
    `relationship: ${relation.relationship}`,
    sqlLine('sql_on', `${own} = ${other}`),
  )
}

function refusal(from: Joined, to: View, { column, targetColumn }: Relation): string {
  return comment(
    `Not joined: ${from.as}.${column} is in ${to.name}.${targetColumn}, where nothing says that it is unique.`,
  )
}
