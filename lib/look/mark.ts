/** How the rows of a look are drawn; each names the columns that it reads. */
export type Mark<Name extends string = string> =
  | ({ readonly kind: 'bars' } & Bars<Name>)
  | ({ readonly kind: 'line' } & Line<Name>)
  | ({ readonly kind: 'points' } & Points<Name>)
  | ({ readonly kind: 'intervals' } & Intervals<Name>)

interface Bars<Name extends string> {
  /** What each bar stands for. Bars stand in the order of the rows. */
  readonly label: Name
  readonly value: Name
  /** Splits a bar in parts, one behind the other. */
  readonly colour?: Name
}

interface Line<Name extends string> {
  /** A date or a moment. */
  readonly over: Name
  readonly value: Name
  /** A line for each. */
  readonly colour?: Name
}

interface Points<Name extends string> {
  readonly latitude: Name
  readonly longitude: Name
  /** The area of the point. */
  readonly size: Name
  /** The largest points have it beside them. */
  readonly label: Name
  readonly colour?: Name
}

interface Intervals<Name extends string> {
  readonly label: Name
  readonly value: Name
  readonly low: Name
  readonly high: Name
  /** Intervals of one group stand together, below its name. */
  readonly group?: Name
}

/** A bar for each row, lying on its side so that its label can be read. */
export const bars = <const Name extends string>(columns: Bars<Name>): Mark<Name> => ({
  kind: 'bars',
  ...columns,
})

/** A value as it goes over time. */
export const line = <const Name extends string>(columns: Line<Name>): Mark<Name> => ({
  kind: 'line',
  ...columns,
})

/** A point for each row on a map of the United States; rows elsewhere are in the numbers alone. */
export const points = <const Name extends string>(columns: Points<Name>): Mark<Name> => ({
  kind: 'points',
  ...columns,
})

/** A value for each row, with how far from it the truth may be. */
export const intervals = <const Name extends string>(columns: Intervals<Name>): Mark<Name> => ({
  kind: 'intervals',
  ...columns,
})

/** The columns that a mark reads. */
export const columnsOf = ({ kind, ...columns }: Mark): string[] => Object.values(columns)
