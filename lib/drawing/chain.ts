import type { Box } from './drawing.ts'
import { secondsOf } from './night.ts'

/** Tables of which each is made from the one before it. */
export interface Chain {
  readonly tables: readonly string[]
  /** How long they took together. */
  readonly seconds: number
}

/**
 * The critical path: no night with these durations can be over sooner, however much runs side by
 * side. Boxes come each after those it is made from. Undefined where nothing took any time.
 */
export function longestChain(
  boxes: readonly Pick<Box, 'id' | 'needs' | 'outcome'>[],
): Chain | undefined {
  const chains = new Map<string, Chain>()
  for (const { id, needs, outcome } of boxes) {
    const before = longest(needs.flatMap((need) => chains.get(need) ?? []))
    const seconds = (before?.seconds ?? 0) + (secondsOf(outcome) ?? 0)
    // What took no time at all is not worth a place at the front.
    const tables = before && before.seconds > 0 ? [...before.tables, id] : [id]
    chains.set(id, { tables, seconds })
  }
  const chain = longest([...chains.values()])
  return chain && chain.seconds > 0 ? chain : undefined
}

/** Of two that are as long, the one with fewer tables; of those, the first. */
function longest(chains: readonly Chain[]): Chain | undefined {
  return chains.reduce<Chain | undefined>((best, chain) => {
    if (!best || chain.seconds > best.seconds) return chain
    const shorter = chain.seconds === best.seconds && chain.tables.length < best.tables.length
    return shorter ? chain : best
  }, undefined)
}
