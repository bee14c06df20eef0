import { NightRecord } from '../../local/record.ts'
import { executions } from './listing.ts'
import { type NightMachine, tablesOf } from './night-machine.ts'
import { listenerTo } from './watch.ts'

/** Nights that count for a table, and executions among which they are looked for. */
const NIGHTS = 7
const MOST = 50

/** The seconds that each table took, in the middle of the last nights that loaded it, by name; and what there is. */
export async function measure(
  machine: NightMachine,
): Promise<{ seconds: Record<string, number>; nights: number; known: readonly string[] }> {
  // Those of a backfill of few tables must not crowd out the nights of the others.
  const known = await tablesOf(machine)
  const taken = new Map<string, number[]>()
  const enough = () => known.every((table) => (taken.get(table)?.length ?? 0) >= NIGHTS)
  let nights = 0
  let looked = 0
  for await (const { executionArn: arn = '', status } of executions(machine)) {
    if (status === 'SUCCEEDED' || status === 'FAILED') {
      const record = new NightRecord(() => {})
      await listenerTo(machine.client, arn, record)()
      const loaded = [...record.tables.values()].flatMap((table) => {
        const { outcome, extractSeconds = 0, loadSeconds } = table
        const made = (outcome === 'loaded' || outcome === 'done') && loadSeconds !== undefined
        return made ? [[table.table, extractSeconds + loadSeconds] as const] : []
      })
      for (const [table, seconds] of loaded) {
        const before = taken.get(table) ?? []
        if (before.length < NIGHTS) taken.set(table, [...before, seconds])
      }
      // One that found all complete tells nothing.
      if (loaded.length > 0) nights++
    }
    if (enough() || ++looked === MOST) break
  }
  const sorted = [...taken].sort(([a], [b]) => (a < b ? -1 : 1))
  const seconds = sorted.map(([table, all]) => [table, Math.round(10 * median(all)) / 10])
  return { seconds: Object.fromEntries(seconds), nights, known }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1)
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
}
