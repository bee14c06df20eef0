import { Failure } from '../error.ts'
import type { Look } from '../look/look.ts'

/** A row as it is drawn: numbers as numbers, everything else as text, nothing as null. */
export type Drawn = Readonly<Record<string, number | string | null>>

const NUMERIC: ReadonlySet<string> = new Set(
  'smallint integer bigint decimal real double'.split(' '),
)

export const isNumeric = (look: Look, name: string): boolean =>
  NUMERIC.has(look.columns.find((column) => column.name === name)?.column.facts.type.name ?? '')

/**
 * The rows that a query gave, in the order of the look's columns. Throws a BadValue where a number is none: a
 * chart would leave it out in silence.
 */
export const drawnRows = (look: Look, rows: readonly (readonly unknown[])[]): Drawn[] =>
  rows.map((row) =>
    Object.fromEntries(
      look.columns.map(({ name }, i) => [name, drawnValue(look, name, row[i] ?? null)]),
    ),
  )

function drawnValue(look: Look, name: string, value: unknown): number | string | null {
  if (value === null) return null
  if (!isNumeric(look, name)) return String(value)
  const number = Number(value)
  if (Number.isFinite(number)) return number
  throw new Failure('BadValue', `${look.name}.${name}: '${value}' is no number that can be drawn`)
}
