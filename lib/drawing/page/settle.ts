/** Something with a place in a column: a box, or the lines of one box on their way past others. */
export interface Item {
  readonly key: string
  /** With the space it wants, in pixels. */
  readonly height: number
}

const ROUNDS = 40

/**
 * Gives the middle of each item. Columns keep their order and overlap nowhere; apart from that, each
 * item is as near as it gets to the middle of those its lines lead to in other columns, so that lines
 * are short and the whole is no higher than its highest column needs.
 */
export function settle(
  columns: readonly (readonly Item[])[],
  routes: readonly { readonly keys: readonly string[] }[],
): Map<string, number> {
  const linked = new Map<string, Set<string>>()
  const link = (one: string, other: string) =>
    linked.set(one, (linked.get(one) ?? new Set()).add(other))
  for (const { keys } of routes) {
    for (const [i, key] of keys.slice(1).entries()) {
      link(keys[i] ?? '', key)
      link(key, keys[i] ?? '')
    }
  }
  const middles = new Map<string, number>()
  const put = (column: readonly Item[], wanted: readonly number[]) => {
    for (const [i, middle] of apart(column, wanted).entries()) {
      middles.set(column[i]?.key ?? '', middle)
    }
  }
  for (const column of columns) put(column, Array(column.length).fill(0))
  for (let round = 0; round < ROUNDS; round++) {
    for (const column of round % 2 === 0 ? columns : columns.toReversed()) {
      const want = ({ key }: Item) => {
        const others = [...(linked.get(key) ?? [key])].map((other) => middles.get(other) ?? 0)
        return others.reduce((sum, middle) => sum + middle, 0) / others.length
      }
      put(column, column.map(want))
    }
  }
  return middles
}

/**
 * The places nearest to those that are wanted where nothing overlaps, by least squares: wherever two
 * items would, they and what they push form a block, which goes to the mean of what its items want.
 */
function apart(column: readonly Item[], wanted: readonly number[]): number[] {
  const blocks: { wish: number; items: number }[] = []
  const offsets: number[] = []
  for (const [i, { height }] of column.entries()) {
    const before = column[i - 1]
    offsets.push(before ? (offsets[i - 1] ?? 0) + (before.height + height) / 2 : 0)
    let block = { wish: (wanted[i] ?? 0) - (offsets[i] ?? 0), items: 1 }
    for (let last = blocks.at(-1); last && last.wish >= block.wish; last = blocks.at(-1)) {
      const items = last.items + block.items
      block = { wish: (last.wish * last.items + block.wish * block.items) / items, items }
      blocks.pop()
    }
    blocks.push(block)
  }
  const starts = blocks.flatMap(({ wish, items }) => Array<number>(items).fill(wish))
  return offsets.map((offset, i) => offset + (starts[i] ?? 0))
}
