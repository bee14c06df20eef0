import { Graph, layout } from '@dagrejs/dagre'

/** Boxes in columns, before anyone knows where in pixels. */
export interface Columns {
  /** From left to right, and each from top to bottom. */
  readonly columns: readonly (readonly Slot[])[]
  readonly routes: readonly Route[]
}

/** What takes a place in a column. */
export interface Slot {
  readonly key: string
  /** The box; absent where the lines from a box further left go past the others, as one. */
  readonly box?: string
}

/** The keys that a line goes through, those of its two boxes among them. */
export interface Route extends Line {
  readonly keys: readonly string[]
}

export interface Line {
  readonly from: string
  readonly to: string
}

/** A column may hold this many boxes, or the root of so many times the number of all of them. */
const LEAST_COLUMN = 14
const COLUMN_SHAPE = 3

/** Arranges boxes in columns, each after those that a line comes from, with few lines that cross. */
export function columnsOf(boxes: readonly string[], lines: readonly Line[]): Columns {
  const first = ask(boxes, lines)
  const columns = narrower(boxes.map((id) => ({ id, ...first.node(id) })))
  const { node, passes } = columns ? ask(boxes, lines, columns) : first

  const middles = [...new Set(boxes.map((id) => Math.round(node(id).x)))].sort((a, b) => a - b)
  const slots = middles.map(() => new Map<string, { slot: Slot; heights: number[] }>())
  const put = ({ x, y }: Point, slotIn: (column: number) => Slot): string[] => {
    const column = middles.indexOf(Math.round(x))
    const own = slots[column]
    // Dagre has points between columns too, where a line may go as it likes.
    if (!own) return []
    const slot = slotIn(column)
    own.set(slot.key, { slot, heights: [...(own.get(slot.key)?.heights ?? []), y] })
    return [slot.key]
  }
  for (const id of boxes) put(node(id), () => ({ key: id, box: id }))
  const routes = lines.map(({ from, to }) => {
    const passed = passes(from, to).flatMap((point) =>
      put(point, (column) => ({ key: `${from} past ${column}` })),
    )
    return { from, to, keys: [from, ...passed, to] }
  })
  const mean = (heights: readonly number[]) => heights.reduce((a, b) => a + b, 0) / heights.length
  return {
    columns: slots.map((own) =>
      [...own.values()].sort((a, b) => mean(a.heights) - mean(b.heights)).map(({ slot }) => slot),
    ),
    routes,
  }
}

interface Point {
  readonly x: number
  readonly y: number
}

/** Asks dagre where each box is, and what points each line passes between its ends. */
function ask(
  boxes: readonly string[],
  lines: readonly Line[],
  columns?: ReadonlyMap<string, number>,
) {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', ...(columns && { ranker: rankerOf(columns) }) })
  for (const id of boxes) graph.setNode(id, { width: 100, height: 50 })
  for (const { from, to } of lines) graph.setEdge(from, to, { labelpos: 'c' })
  layout(graph)
  return {
    node: (id: string) => graph.node(id) as Point & { readonly rank: number },
    passes: (from: string, to: string) =>
      (graph.edge(from, to) as { points: readonly Point[] }).points.slice(1, -1),
  }
}

/** Puts boxes in the columns they are told; dagre keeps every second rank for itself. */
const rankerOf =
  (columns: ReadonlyMap<string, number>) =>
  (graph: { nodes(): string[]; node(id: string): { rank: number } }): void => {
    for (const id of graph.nodes()) graph.node(id).rank = 2 * (columns.get(id) ?? -1)
  }

/**
 * Columns for a drawing that would be too high for its width: a column of many boxes becomes several,
 * to which they go in turn, so that neighbours stay near. Undefined where no column is too high.
 */
function narrower(
  boxes: readonly { readonly id: string; readonly rank: number; readonly y: number }[],
): Map<string, number> | undefined {
  const most = Math.max(LEAST_COLUMN, Math.ceil(Math.sqrt(COLUMN_SHAPE * boxes.length)))
  const columns = new Map<string, number>()
  const ranks = [...Map.groupBy(boxes, ({ rank }) => rank)].sort(([a], [b]) => a - b)
  let next = 0
  for (const [, own] of ranks) {
    const parts = Math.ceil(own.length / most)
    for (const [i, { id }] of own.toSorted((a, b) => a.y - b.y).entries()) {
      columns.set(id, next + (i % parts))
    }
    next += parts
  }
  return next > ranks.length ? columns : undefined
}
