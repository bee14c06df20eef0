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
      // A halo below keeps names apart from points and borders.
      ...[{ stroke: 'var(--paper)', strokeWidth: 3 }, { fill: 'var(--ink)' }].map((paint) => ({
        data: { values: names.map(({ row }) => row) },
        mark: { type: 'text', fontSize: 12, dy: -13, fill: null, ...paint },
        encoding: { ...position, text: { field: label, type: 'nominal' } },
      })),
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

/** The largest points whose labels find room, within the map and apart from each other. */
function labelled(points: readonly Placed[], mark: Points, width: number): Placed[] {
  const chosen: Placed[] = []
  const half = ({ row }: Placed) => (textOf(row, mark).length * LETTER) / 2
  for (const point of points) {
    const isFree = chosen.every(
      (other) =>
        Math.abs(other.x - point.x) > half(other) + half(point) ||
        Math.abs(other.y - point.y) > LINE * 1.5,
    )
    const isWithin = Math.abs(point.x - width / 2) < width / 2 - half(point) - LETTER
    if (isFree && isWithin) chosen.push(point)
  }
  return chosen.slice(0, Math.round(width / 60))
}

const textOf = (row: Drawn, { label }: Points): string => String(row[label])

const amount = ({ row }: Placed, size: string): number => Number(row[size])
