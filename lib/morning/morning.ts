import type { Drawing } from '../drawing/drawing.ts'
import type { Night } from '../drawing/night.ts'

/** What there is to say of a night in the morning. */
export interface Morning {
  /** The whole graph, with the night. */
  readonly drawing: Drawing & { readonly night: Night }
  readonly steps: readonly Step[]
  /** The nights before it, oldest first. */
  readonly earlier: readonly Night[]
  /** What must be true of the rows of each table, in words. */
  readonly checks: ReadonlyMap<string, readonly string[]>
  /** The tables whose rows were to be published whatever their checks say. */
  readonly accepted: readonly string[]
  /** What a person should see to. */
  readonly warnings: readonly string[]
  /** The command that does what is missing, where something is. */
  readonly again?: string
  /** The looks, as HTML. */
  readonly figures: readonly string[]
}

/** When something was done for a table: `Extract orders`. */
export interface Step {
  readonly table: string
  readonly state: string
  /** `2026-11-23T03:00:12.345Z` */
  readonly from: string
  readonly to: string
}

/** When a night's first step began and how many seconds later its last one ended; undefined without any. */
export function spanOf(steps: readonly Step[]): { begun: number; seconds: number } | undefined {
  if (steps.length === 0) return undefined
  const begun = Math.min(...steps.map(({ from }) => Date.parse(from)))
  const ended = Math.max(...steps.map(({ to }) => Date.parse(to)))
  return { begun, seconds: (ended - begun) / 1000 }
}

/** The id of a table's row in the page. */
export const rowId = (table: string): string => `table-${table}`
