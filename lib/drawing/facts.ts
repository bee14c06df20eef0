import type { Node } from '../graph/graph.ts'
import { type Definition, sourceOf } from '../table/definition.ts'

/** What a person wants to know of a table, whatever the night. */
export interface Facts {
  /** `production (mysql)`, or that it is made by SQL. */
  readonly origin: string
  readonly description?: string
}

/** The facts of a node; one without a table is a task. */
export function factsOf(node: Node): Facts {
  const { table } = node as { readonly table?: Definition }
  if (!table) return { origin: 'a task, which makes no table' }
  const source = sourceOf(table)
  return { origin: source ? sourceName(source) : 'SQL', description: table.description }
}

const sourceName = ({ name, kind }: { readonly name: string; readonly kind: string }): string =>
  name === kind ? name : `${name} (${kind})`
