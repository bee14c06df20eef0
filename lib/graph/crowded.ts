import { type Definition, sourceOf } from '../table/definition.ts'

/** The names of sources that more want to read at once than they allow: some wait for their turn. */
export function crowdedSources(tables: readonly Definition[]): ReadonlySet<string> {
  const readers = new Map<string, number>()
  const crowded = new Set<string>()
  for (const table of tables) {
    const { name = '', connections = Number.POSITIVE_INFINITY } = sourceOf(table) ?? {}
    const all = (readers.get(name) ?? 0) + readersOf(table)
    readers.set(name, all)
    if (all > connections) crowded.add(name)
  }
  return crowded
}

/** How many functions read a table at once. */
const readersOf = ({ made }: Definition): number =>
  made.by === 'extract' ? (made.chunks?.connections ?? 1) : 1
