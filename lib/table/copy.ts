import type { Columns } from './column.ts'
import type { Listing } from './origin.ts'
import { define, type NameOf, type Table, type Traits } from './table.ts'

/**
 * A table of files that other services write, copied as they lie, no row of them passing through
 * Usher. The columns are the files' own, but for the partition, which is the day of the file. In
 * JSON, a column is looked for under its own name or at the path of `.from('user.id')`.
 */
export function copy<C extends Columns>(
  name: string,
  traits: Traits<C> & {
    readonly columns: C
    readonly from: Listing
    readonly publish: { readonly partition: NameOf<C, 'date'> }
  },
): Table<C> {
  return define(name, traits.columns, traits, { by: 'copy', from: traits.from })
}
