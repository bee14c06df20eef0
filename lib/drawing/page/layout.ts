import { type Drawing, edgesOf } from '../drawing.ts'
import { broken } from '../words.ts'
import { type Columns, columnsOf } from './columns.ts'
import { settle } from './settle.ts'

/** Where everything is, in pixels. */
export interface Layout {
  readonly width: number
  readonly height: number
  readonly places: ReadonlyMap<string, Place>
  readonly edges: readonly Edge[]
}

/** The place of a box, from its top left corner. */
export interface Place extends Size, Point {}

interface Size {
  readonly width: number
  readonly height: number
  /** The name, as the lines that fit. */
  readonly lines: readonly string[]
}

/** A line from box to box: curved and straight by turns, straight where it goes past a column. */
export interface Edge {
  readonly from: string
  readonly to: string
  readonly points: readonly Point[]
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Letters of one width, the widest of the fonts that a page may get. */
const LETTER = 8.1
const LONGEST_LINE = 24
const LEAST_WIDTH = 196
const SIDES = 30
const LINE = 17
const NOTE = 29
const BETWEEN_COLUMNS = 64
const BETWEEN_BOXES = 14
const BETWEEN_LINES = 7
const MARGIN = 16

/**
 * Arranges boxes from left to right, each after those it is made from, in columns of one width.
 * Boxes that have nothing to do with another one stand in rows below.
 */
export function layoutOf(drawing: Drawing): Layout {
  const lines = edgesOf(drawing)
  const sizes = sizesOf(drawing)
  const tied = new Set(lines.flatMap(({ from, to }) => [from, to]))
  const ids = [...sizes.keys()]
  const columns = columnsOf(
    ids.filter((id) => tied.has(id)),
    lines,
  )
  const { places, edges } = inColumns(columns, sizes)
  const rows = inRows(
    ids.filter((id) => !tied.has(id)),
    sizes,
    cornerOf(places),
  )
  const all = new Map([...places, ...rows])
  const { x, y } = cornerOf(all)
  const lowest = Math.max(y, ...edges.flatMap(({ points }) => points.map(({ y }) => y)))
  return { width: x + MARGIN, height: lowest + MARGIN, places: all, edges }
}

/** All boxes are as wide as the longest line of a name makes them, and as high as their own name. */
function sizesOf({ boxes }: Drawing): Map<string, Size> {
  const names = boxes.map(({ id }) => ({ id, lines: broken(id, LONGEST_LINE) }))
  const longest = Math.max(0, ...names.flatMap(({ lines }) => lines.map((line) => line.length)))
  const width = Math.max(LEAST_WIDTH, Math.ceil(longest * LETTER) + SIDES)
  return new Map(
    names.map(({ id, lines }) => [id, { lines, width, height: NOTE + LINE * lines.length }]),
  )
}

function inColumns({ columns, routes }: Columns, sizes: ReadonlyMap<string, Size>) {
  const heightOf = (key: string) => sizes.get(key)?.height ?? 0
  const items = columns.map((slots) =>
    slots.map(({ key, box }) => ({
      key,
      height: box === undefined ? BETWEEN_LINES : heightOf(box) + BETWEEN_BOXES,
    })),
  )
  const middles = settle(items, routes)
  const middleOf = (key: string) => middles.get(key) ?? 0
  const keys = columns.flat().map(({ key }) => key)
  const top = Math.min(...keys.map((key) => middleOf(key) - heightOf(key) / 2))
  const width = Math.max(0, ...[...sizes.values()].map((size) => size.width))

  const places = new Map<string, Place>()
  const ends = new Map<string, { readonly in: Point; readonly out: Point }>()
  for (const [column, slots] of columns.entries()) {
    const x = MARGIN + column * (width + BETWEEN_COLUMNS)
    for (const { key, box } of slots) {
      const y = middleOf(key) - top + MARGIN
      ends.set(key, { in: { x, y }, out: { x: x + width, y } })
      const size = box === undefined ? undefined : sizes.get(box)
      if (box !== undefined && size) places.set(box, { ...size, x, y: y - size.height / 2 })
    }
  }
  const edges = routes.map(({ from, to, keys }) => {
    const points = keys.flatMap((key) => {
      const end = ends.get(key)
      return end ? [end.in, end.out] : []
    })
    return { from, to, points: points.slice(1, -1) }
  })
  return { places, edges }
}

/** Places boxes in rows below what is there, as far to the right as that goes. */
function inRows(
  ids: readonly string[],
  sizes: ReadonlyMap<string, Size>,
  there: Point,
): Map<string, Place> {
  const places = new Map<string, Place>()
  const step = (sizes.get(ids[0] ?? '')?.width ?? 0) + BETWEEN_BOXES
  const fitting = Math.floor((there.x - MARGIN + BETWEEN_BOXES) / step)
  const most = Math.max(fitting, Math.ceil(Math.sqrt(ids.length / 2)))
  let y = there.y > 0 ? there.y + 2 * BETWEEN_BOXES : MARGIN
  for (let first = 0; first < ids.length; first += most) {
    const row = ids.slice(first, first + most).map((id) => ({ id, size: sizes.get(id) as Size }))
    for (const [i, { id, size }] of row.entries())
      places.set(id, { ...size, x: MARGIN + i * step, y })
    y += Math.max(...row.map(({ size }) => size.height)) + BETWEEN_BOXES
  }
  return places
}

/** The lowest right corner that boxes reach. */
function cornerOf(places: ReadonlyMap<string, Place>): Point {
  const all = [...places.values()]
  return {
    x: Math.max(0, ...all.map(({ x, width }) => x + width)),
    y: Math.max(0, ...all.map(({ y, height }) => y + height)),
  }
}
