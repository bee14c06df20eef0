import { costOf, dollarsOf, type Usage } from '../lib/cost/usage.ts'
import { count } from '../local/display.ts'

/** `$1,234`, `$12.34`, `$0.0012` */
export function money(dollars: number): string {
  if (dollars >= 100) return `$${count(Math.round(dollars))}`
  if (dollars >= 0.1 || dollars === 0) return `$${dollars.toFixed(2)}`
  return `$${dollars.toFixed(Math.min(6, 1 - Math.floor(Math.log10(dollars))))}`
}

/** How many of the dearest are named. */
const MOST = 3

/** The tables and tasks that cost most, with what they cost: `orders $0.18, events $0.02`. */
export const dearest = (usages: ReadonlyMap<string, Usage>): string =>
  [...usages]
    .map(([id, usage]) => ({ id, dollars: dollarsOf(costOf(usage)) }))
    .sort((a, b) => b.dollars - a.dollars)
    .slice(0, MOST)
    .map(({ id, dollars }) => `${id} ${money(dollars)}`)
    .join(', ')
