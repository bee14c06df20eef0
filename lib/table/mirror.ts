import type { Columns } from './column.ts'
import type { NamedColumn } from './definition.ts'
import { documentRow } from './document.ts'
import type { Document } from './json.ts'
import type { Cells, Origin, Reading, Snapshot } from './origin.ts'
import { type Portions, portionsOf } from './portion.ts'
import { define, type Table, type Traits } from './table.ts'

/** A table of another database. */
export interface MirroredTable extends Origin<Cells> {
  /** Its name there, and here unless said. */
  readonly table: string
}

/** A table of another database that can give parts of itself. */
export interface LargeTable extends MirroredTable {
  snapshot(reading: Reading): Promise<Snapshot>
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

/** Only a source that can give parts of a table takes them as traits. */
type Parts<From, C extends Columns> = From extends LargeTable
  ? Portions<C>
  : { readonly incremental?: never; readonly chunks?: never }

/**
 * A table loaded exactly as the source holds it; reshape it downstream, in a transform. A column is
 * looked for under its own name, or under that of `.from()`, which in a document is a path:
 * `.from('user.id')`.
 */
export function mirror<C extends Columns, From extends MirroredTable | MirroredDocuments>(
  from: From,
  traits: Traits<C> & Name<From> & Parts<From, C> & { readonly columns: C },
): Table<C> {
  const { columns } = traits
  const named = Object.entries(columns).map(([name, column]) => ({ name, column }))
  const name = traits.name ?? ('table' in from ? from.table.toLowerCase() : '')
  if (!('documents' in from)) {
    const portions = portionsOf(name, named, traits as Portions<C> & Traits<C>)
    const { incremental } = portions
    const publish = incremental
      ? { merge: incremental.cursor.name as keyof C & string }
      : traits.publish
    return define(name, columns, { ...traits, publish }, { by: 'extract', from, ...portions })
  }
  const row = documentRow(named)
  const made = { by: 'extract', from: from.only?.(named) ?? from, row, documents: true } as const
  return define(name, columns, traits, made)
}
