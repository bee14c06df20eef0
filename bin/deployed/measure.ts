import { NightRecord } from '../../local/record.ts'
import { executions } from './listing.ts'
import type { NightMachine } from './night-machine.ts'
import { listenerTo } from './watch.ts'

/** Nights that are looked at, and executions among which they are looked for. */
const NIGHTS = 7
const MOST = 50

/** The seconds that each table took, in the middle of the last nights that loaded it, by name. */
export async function measure(
  machine: NightMachine,
): Promise<{ seconds: Record<string, number>; nights: number }> {
  const taken = new Map<string, number[]>()
  let nights = 0
  let looked = 0
  for await (const { executionArn: arn = '', status } of executions(machine)) {
    if (status === 'SUCCEEDED' || status === 'FAILED') {
      const record = new NightRecord(() => {})
      await listenerTo(machine.client, arn, record)()
      const loaded = [...record.tables.values()].flatMap((table) => {
        const { outcome, extractSeconds = 0, loadSeconds } = table
        const known = (outcome === 'loaded' || outcome === 'done') && loadSeconds !== undefined
        return known ? [[table.table, extractSeconds + loadSeconds] as const] : []
      })
      for (const [table, seconds] of loaded) {
        taken.set(table, [...(taken.get(table) ?? []), seconds])
      }
      // One that found all complete tells nothing.
      if (loaded.length > 0) nights++
    }
    if (nights === NIGHTS || ++looked === MOST) break
  }
  const sorted = [...taken].sort(([a], [b]) => (a < b ? -1 : 1))
  const seconds = sorted.map(([table, all]) => [table, Math.round(10 * median(all)) / 10])
  return { seconds: Object.fromEntries(seconds), nights }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1)
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
}
