import { type Given, ownName } from './check.ts'
import type { TypeName } from './type.ts'

/** What analysts reckon of a column, over as many rows as they ask of. */
export interface Measure {
  readonly kind: 'sum' | 'average' | 'distinct'
  readonly column: string
}

type Numeric = 'smallint' | 'integer' | 'bigint' | 'decimal' | 'real' | 'double'

/** The values of a column added up. */
export const sum = (column: Given<Numeric>): Measure => measure('sum', column)

/** The mean of a column's values. */
export const average = (column: Given<Numeric>): Measure => measure('average', column)

/** How many different values a column holds. */
export const distinct = (column: Given<Exclude<TypeName, 'super'>>): Measure =>
  measure('distinct', column)

const measure = (kind: Measure['kind'], column: Given<TypeName>): Measure => ({
  kind,
  column: ownName(kind, column),
})
