import { usagesOf } from '../cost/shares.ts'
import { costOf, dollarsOf } from '../cost/usage.ts'
import type { AnyDefinition } from '../table/definition.ts'
import { variables } from './environment.ts'
import type { Receipt } from './receipt.ts'

/** A table or task at a night's end, with what says that it is complete. */
export interface Standing {
  readonly own: AnyDefinition
  readonly receipt?: Receipt | undefined
}

/**
 * What each table or task cost that an execution has made complete, in US dollars at list prices. Where
 * the warehouse is not Usher's own, its time costs nothing more.
 */
export function costsOf(all: readonly Standing[], run: string): Map<string, number> {
  const made = all.flatMap(({ own, receipt }) => {
    if (receipt?.run !== run || !receipt.worked) return []
    const { extractSeconds, bytes, read } = receipt
    const [start, end] = [receipt.worked.from, receipt.worked.to].map(
      (clock) => Date.parse(clock) / 1000,
    ) as [number, number]
    return [{ ...{ own, extractSeconds, bytes, read }, worked: { start, end } }]
  })
  const usages = usagesOf(made, Number(process.env[variables.capacity] ?? 0))
  return new Map([...usages].map(([id, usage]) => [id, dollarsOf(costOf(usage))]))
}
