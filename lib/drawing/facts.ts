import type { Node } from '../graph/graph.ts'
import { sourceOf } from '../table/definition.ts'

/** What a person wants to know of a table, whatever the night. */
export interface Facts {
  /** `production (mysql)`, or that it is made by SQL. */
  readonly origin: string
  readonly description?: string
  /** It makes no table. */
  readonly isTask?: true
}

/** The facts of a node; one without a table is a task. */
export function factsOf({ table, task }: Node): Facts {
  if (!table) {
    const { description } = task ?? {}
    return { origin: 'a task, which makes no table', description, isTask: true }
  }
  const source = sourceOf(table)
  return { origin: source ? sourceName(source) : 'SQL', description: table.description }
}

const sourceName = ({ name, kind }: { readonly name: string; readonly kind: string }): string =>
  name === kind ? name : `${name} (${kind})`
