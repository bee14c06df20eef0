import { busySeconds, type Span } from '../cost/busy.ts'
import { usageOf } from '../cost/table.ts'
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
 * What each table or task cost that an execution has made complete, in US dollars at list prices. Its
 * share of the warehouse's time is that of the time in which it was worked at; where the warehouse is
 * not Usher's own, that costs nothing more.
 */
export function costsOf(all: readonly Standing[], run: string): Map<string, number> {
  const made = all.flatMap(({ own, receipt }) => {
    if (receipt?.run !== run || !receipt.worked) return []
    const { from, to } = receipt.worked
    return [{ own, receipt, span: { start: Date.parse(from) / 1000, end: Date.parse(to) / 1000 } }]
  })
  const capacity = Number(process.env[variables.capacity] ?? 0)
  const rpuSeconds = capacity * busySeconds(made.map(({ span }) => span))
  const worked = made.reduce((sum, { span }) => sum + lengthOf(span), 0)
  return new Map(
    made.map(({ own, receipt, span }) => {
      const { extractSeconds, bytes, read } = receipt
      const night = {
        ...{ extractSeconds, bytes, loadSeconds: lengthOf(span) },
        ...(read && { chunks: read.chunks, chunkSeconds: read.seconds }),
      }
      const share = worked > 0 ? (rpuSeconds * lengthOf(span)) / worked : 0
      return [own.id, dollarsOf(costOf(usageOf(own, night, share)))]
    }),
  )
}

const lengthOf = ({ start, end }: Span): number => end - start
