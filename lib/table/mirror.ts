import type { Columns } from './column.ts'
import type { NamedColumn } from './definition.ts'
import { documentRows } from './document.ts'
import type { Document } from './json.ts'
import type { Cells, Origin } from './origin.ts'
import { define, type Table, type Traits } from './table.ts'

/** A table of another database. */
export interface MirroredTable extends Origin<Cells> {
  /** Its name there, and here unless said. */
  readonly table: string
}

/** Documents, which have no name that a table could take. */
export interface MirroredDocuments extends Origin<Document> {
  readonly documents: true
  /** The same documents, of which no more is asked for than the columns are found in. */
  only?(columns: readonly NamedColumn[]): Origin<Document>
}

type Name<From> = From extends MirroredTable
  ? { readonly name?: string }
  : { readonly name: string }

/**
 * A table loaded exactly as the source holds it; reshape it downstream, in a transform. A column is
 * looked for under its own name, or under that of `.from()`, which in a document is a path:
 * `.from('user.id')`.
 */
export function mirror<C extends Columns, From extends MirroredTable | MirroredDocuments>(
  from: From,
  traits: Traits<C> & Name<From> & { readonly columns: C },
): Table<C> {
  const { columns } = traits
  const named = Object.entries(columns).map(([name, column]) => ({ name, column }))
  const name = traits.name ?? ('table' in from ? from.table.toLowerCase() : '')
  if (!('documents' in from)) return define(name, columns, traits, { by: 'extract', from })
  const rows = documentRows(named)
  return define(name, columns, traits, { by: 'extract', from: from.only?.(named) ?? from, rows })
}
