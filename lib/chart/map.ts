import { createRequire } from 'node:module'
import { projection } from 'vega'
import type { Mark } from '../look/mark.ts'
import type { Drawn } from './rows.ts'

type Points = Mark & { readonly kind: 'points' }

/** Where a point lies on the map. */
interface Placed {
  readonly row: Drawn
  readonly x: number
  readonly y: number
}

/** On which side of its point a name begins. */
type Align = 'left' | 'center' | 'right'

/** What us-atlas draws its own maps at. */
const ATLAS = { width: 975, height: 610, scale: 1300 }

/** What a letter of a label takes, and a line of them, in pixels. */
const LETTER = 7
const LINE = 14

/** The states of the USA, as TopoJSON. */
const states = createRequire(import.meta.url)('us-atlas/states-10m.json') as object

/** A map so many pixels wide; `colour` is how its points are coloured. */
export function mapOf(mark: Points, rows: readonly Drawn[], width: number, colour: object) {
  const { latitude, longitude, size, label } = mark
  const shrunk = width / ATLAS.width
  const at = {
    scale: ATLAS.scale * shrunk,
    translate: [width / 2, (ATLAS.height / 2) * shrunk] as const,
  }
  const points = placed(mark, rows, at).sort((a, b) => amount(b, size) - amount(a, size))
  const names = labelled(points, mark, width)
  const position = {
    longitude: { field: longitude, type: 'quantitative' },
    latitude: { field: latitude, type: 'quantitative' },
  }
  return {
    height: Math.round(ATLAS.height * shrunk),
    projection: { type: 'albersUsa', ...at },
    layer: [
      {
        data: { values: states, format: { type: 'topojson', feature: 'states' } },
        mark: { type: 'geoshape', fill: 'var(--land)', stroke: 'var(--paper)', strokeWidth: 0.75 },
      },
      {
        data: { values: points.map(({ row }) => row) },
        mark: { type: 'circle', opacity: 0.75, stroke: 'var(--paper)', strokeWidth: 1 },
        encoding: {
          ...position,
          size: {
            ...{ field: size, type: 'quantitative', title: null },
            scale: { rangeMin: 0, rangeMax: width * 3 },
            legend: null,
          },
          color: colour,
        },
      },
      ...(['left', 'center', 'right'] as const).flatMap((align) =>
        namesOf(
          names.filter((name) => name.align === align).map(({ row }) => row),
          { align, encoding: { ...position, text: { field: label, type: 'nominal' } } },
        ),
      ),
    ],
  }
}

/** The points within the United States, Alaska and Hawaii among them. */
function placed(
  { latitude, longitude }: Points,
  rows: readonly Drawn[],
  { scale, translate }: { readonly scale: number; readonly translate: readonly [number, number] },
): Placed[] {
  const project = projection('albersUsa')()
  project.scale(scale)
  project.translate(translate)
  return rows.flatMap((row) => {
    const found = project([Number(row[longitude]), Number(row[latitude])])
    return found ? [{ row, x: found[0], y: found[1] }] : []
  })
}

/** Names above their points. A halo below keeps them apart from points and borders. */
function namesOf(rows: readonly Drawn[], { align, encoding }: { align: Align; encoding: object }) {
  if (rows.length === 0) return []
  return [{ stroke: 'var(--paper)', strokeWidth: 3 }, { fill: 'var(--ink)' }].map((paint) => ({
    data: { values: rows },
    mark: { type: 'text', align, fontSize: 12, dy: -13, fill: null, ...paint },
    encoding,
  }))
}

/** The largest points whose names find room apart from each other, and on which side of the point. */
function labelled(points: readonly Placed[], mark: Points, width: number) {
  const chosen: (Placed & {
    readonly align: Align
    readonly middle: number
    readonly half: number
  })[] = []
  for (const point of points) {
    const half = (textOf(point.row, mark).length * LETTER) / 2
    const align = point.x < half ? 'left' : point.x + half > width ? 'right' : 'center'
    const middle = point.x + { left: half, center: 0, right: -half }[align]
    const isFree = chosen.every(
      (other) =>
        Math.abs(other.middle - middle) > other.half + half ||
        Math.abs(other.y - point.y) > LINE * 1.5,
    )
    if (isFree) chosen.push({ ...point, align, middle, half })
  }
  return chosen.slice(0, Math.round(width / 60))
}

const textOf = (row: Drawn, { label }: Points): string => String(row[label])

const amount = ({ row }: Placed, size: string): number => Number(row[size])
