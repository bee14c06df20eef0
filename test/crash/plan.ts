import type { CalmCall } from './calls.ts'
import { writes } from './calls.ts'
import { plansOfTables } from './kinds.ts'
import type { Stage } from './stage.ts'
import { plansOfStories } from './told.ts'
import { plansOfNights } from './whole.ts'

/** Something that goes wrong at one call. */
export interface Trial {
  /** The kind of table, or the story. */
  readonly kind: string
  /** The table or task. */
  readonly table: string
  readonly mishap: string
  readonly call: CalmCall
  /** Gives what is not as it should be then, in sentences. */
  attempt(): Promise<string[]>
}

/** Trials that have something in common, and are planned only once they are asked for. */
export interface Plan {
  readonly kind: string
  readonly table: string
  trials(): Promise<Trial[]>
}

/** All that can go wrong, in the same order every time: with each table, in each story, in whole nights. */
export const plans = (stage: Stage): Plan[] => [
  ...plansOfTables(stage),
  ...plansOfStories(stage),
  ...plansOfNights(stage),
]

/**
 * A part of a plan: one in so many trials, the first of each kind, of each mishap and of each function,
 * and every death at what the first table writes.
 */
export function slice(planned: readonly Trial[], every: number): Trial[] {
  const seen = new Set<string>()
  return planned.filter(({ kind, table, mishap, call }, at) => {
    const names = [kind, mishap, call.by]
    const isNew = names.some((name) => !seen.has(name))
    const isDeath = mishap.endsWith('is tried again') && writes(call)
    const isTaken = isNew || at % every === 0 || (isDeath && table === planned[0]?.table)
    if (isTaken) for (const name of names) seen.add(name)
    return isTaken
  })
}
