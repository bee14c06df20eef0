import { Failure } from '../error.ts'
import { type AnyDefinition, definition, type Tabled, type Tasked } from './definition.ts'
import { type Sql, tablesIn } from './sql.ts'

/** What must be done first, though no SQL mentions it. */
export type After = readonly (Tabled | Tasked)[]

/** All that must be complete first: the tables that SQL mentions, and what `after` names. */
export function needsOf(
  name: string,
  after: After = [],
  queries: readonly Sql[] = [],
): AnyDefinition[] {
  const mentioned = queries
    .flatMap(tablesIn)
    .flatMap(({ table }) => (table.staged ? [] : [table.of]))
  const named = after.map((one: Tabled | Tasked | undefined) => {
    if (one) return one[definition]
    const problem = 'undefined in after: there is no such export, or two files import each other'
    throw new Failure('BadDeclaration', `${name}: ${problem}`)
  })
  return [...new Map([...mentioned, ...named].map((need) => [need.id, need])).values()]
}
