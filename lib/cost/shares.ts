import type { AnyDefinition } from '../table/definition.ts'
import { busySeconds, type Span } from './busy.ts'
import { type TableNight, usageOf } from './table.ts'
import type { Usage } from './usage.ts'

/** A table or task that a night has made, and when it was worked at in the warehouse. */
export interface Made extends Omit<TableNight, 'loadSeconds'> {
  readonly own: AnyDefinition
  readonly worked: Span
}

/**
 * What each table or task of a night takes, by its id. Of the time of a warehouse of so many RPU, each has
 * the share that is its part of the time in which they were worked at; 0 RPU cost nothing more.
 */
export function usagesOf(made: readonly Made[], units: number): Map<string, Usage> {
  const rpuSeconds = units * busySeconds(made.map(({ worked }) => worked))
  const all = made.reduce((sum, { worked }) => sum + lengthOf(worked), 0)
  return new Map(
    made.map(({ own, worked, ...night }) => {
      const loadSeconds = lengthOf(worked)
      const share = (rpuSeconds * loadSeconds) / all
      return [own.id, usageOf(own, { ...night, loadSeconds }, share)]
    }),
  )
}

/** Seconds; whatever is done takes a millisecond. */
const lengthOf = ({ start, end }: Span): number => Math.max(0.001, end - start)
