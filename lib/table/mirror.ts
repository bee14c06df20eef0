import type { Columns } from './column.ts'
import type { Cells, Origin } from './origin.ts'
import { define, type Table, type Traits } from './table.ts'

/** A table of another database, as a source hands it to `mirror`. */
export interface Mirrored extends Origin<Cells> {
  /** Its name there, and here. */
  readonly table: string
}

/** A table loaded exactly as production holds it; reshape it downstream, in a transform. */
export function mirror<C extends Columns>(
  from: Mirrored,
  traits: Traits<C> & { readonly columns: C; readonly name?: string },
): Table<C> {
  return define(traits.name ?? from.table.toLowerCase(), traits.columns, traits, {
    by: 'extract',
    from,
  })
}
