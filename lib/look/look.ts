import { Failure } from '../error.ts'
import type { Columns } from '../table/column.ts'
import { type Definition, definition, type NamedColumn } from '../table/definition.ts'
import type { Sql } from '../table/sql.ts'
import { type Selection, transform } from '../table/transform.ts'
import { columnsOf, type Mark } from './mark.ts'

/** A chart of what tables hold. */
export interface Look {
  readonly kind: 'look'
  readonly name: string
  readonly title: string
  readonly description?: string
  /** What the query gives, in this order. */
  readonly columns: readonly NamedColumn[]
  readonly query: Sql
  /** The ids of the tables that it reads. */
  readonly needs: readonly string[]
  readonly mark: Mark
}

interface Words<C extends Columns> {
  readonly title: string
  /** What one sees, and what to mind. */
  readonly description?: string
  readonly mark: Mark<NoInfer<keyof C & string>>
}

interface Select<C extends Columns> extends Words<C> {
  readonly select: C & Selection
  /** What follows FROM, to the end of the statement. */
  readonly from: Sql
  readonly query?: undefined
}

interface Query<C extends Columns> extends Words<C> {
  readonly columns: C
  /** A whole query whose columns are named as `columns`, in their order: for CTEs, unions and windows. */
  readonly query: Sql
  readonly select?: undefined
}

/**
 * A chart, declared beside the tables it reads. Its rows are selected as those of a transform are, and
 * drawn by its mark when a page is made; nothing of it is stored or deployed.
 */
export function look<C extends Columns>(name: string, traits: Select<C> | Query<C>): Look {
  const { title, description } = traits
  const made = transform<C>(name, traits)[definition]
  // Another type of the mark for each C would make looks of different columns strangers.
  const mark = traits.mark as Mark
  const names = made.columns.map((column) => column.name)
  const unknown = columnsOf(mark).find((column) => !names.includes(column))
  if (unknown !== undefined) {
    const problem = `its mark reads ${unknown}, which is none of its columns: ${names.join(', ')}`
    throw new Failure('BadDeclaration', `${name}: ${problem}`)
  }
  return {
    ...{ kind: 'look', name, title, description, mark },
    // As it is written: in a query around it, its order would be lost.
    ...{ columns: made.columns, query: traits.query ?? queryOf(made) },
    needs: made.needs.map(({ id }) => id),
  }
}

export const isLook = (value: unknown): value is Look =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'look'

function queryOf({ id, made }: Definition): Sql {
  if (made.by !== 'transform') throw new Error(`${id} is no query`)
  return made.query
}
