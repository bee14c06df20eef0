import type { Reading, Snapshot } from '../table/origin.ts'
import { keysOf } from '../table/portion.ts'
import type { ExtractOptions, Found, Portion } from './extract.ts'
import { type Files, keysPrefix } from './manifest.ts'
import { type Extracted, newMarker, writeSnapshot } from './rows.ts'

/**
 * Writes a part of a table, and its primary keys where they are asked for: each as parts of its own,
 * and all from one snapshot. If it fails, it leaves nothing.
 */
export async function writeSlice(
  options: ExtractOptions,
  portion: Portion,
  made: Extracted,
  reading: Reading,
): Promise<Found> {
  const { table, bucket, prefix, packing } = options
  const { slice, increment, marker = newMarker() } = portion
  const snapshot = await openSnapshot(made, reading)
  let rows: Files | undefined
  try {
    // First, so that where a table knows no snapshots, what comes later is read once more.
    const cursor = increment && made.incremental?.cursor
    const bound = cursor && (await snapshot.highest(cursor))
    const target = { ...options, marker, note: reading.note }
    rows = await writeSnapshot(target, made, snapshot, slice)
    const found: Found = { ...rows, ...(increment && { increment: { ...increment, bound } }) }
    if (!portion.keys) return found
    const own = keysOf(table)
    const place = { bucket, prefix: keysPrefix(prefix), packing }
    const beside = { table: own, ...place, marker, note: () => {} }
    const range = { range: slice.range }
    return { ...found, keys: await writeSnapshot(beside, made, snapshot, range) }
  } catch (error) {
    await bucket.delete(rows?.parts.map(({ key }) => key) ?? [])
    throw error
  } finally {
    snapshot.close()
  }
}

/** Opens a snapshot of what a table is made from. */
export async function openSnapshot({ from }: Extracted, reading: Reading): Promise<Snapshot> {
  const snapshot = await from.snapshot?.(reading)
  if (!snapshot) throw new Error(`${reading.table} is made from what cannot be read in parts`)
  return snapshot
}
