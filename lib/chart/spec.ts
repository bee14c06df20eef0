import type { TopLevelSpec } from 'vega-lite'
import type { Look } from '../look/look.ts'
import type { Mark } from '../look/mark.ts'
import { mapOf } from './map.ts'
import type { Drawn } from './rows.ts'
import { colours, theme } from './theme.ts'

type Bars = Mark & { readonly kind: 'bars' }
type Line = Mark & { readonly kind: 'line' }
type Intervals = Mark & { readonly kind: 'intervals' }

/** How the rows of a look are drawn, in Vega-Lite's words; so many pixels wide. */
export function specOf({ mark }: Look, rows: readonly Drawn[], width: number): TopLevelSpec {
  return {
    data: { values: rows as Drawn[] },
    width,
    autosize: { type: 'fit-x', contains: 'padding' },
    config: theme,
    ...partOf(mark, rows, width),
  } as TopLevelSpec
}

function partOf(mark: Mark, rows: readonly Drawn[], width: number): object {
  if (mark.kind === 'bars') return barsOf(mark, rows, width)
  if (mark.kind === 'line') return lineOf(mark, rows, width)
  if (mark.kind === 'points') return mapOf(mark, rows, width, colourOf(mark.colour, rows, width))
  return intervalsOf(mark, rows, width)
}

/** A name of a column as a person writes it. */
export const words = (name: string): string => name.replaceAll('_', ' ')

/** An axis has so many marks that their labels find room. */
const room = (width: number, label: number) => ({
  labelOverlap: true,
  tickCount: Math.max(3, Math.floor(width / label)),
})

const number = (field: string, width: number) => ({
  field,
  type: 'quantitative' as const,
  title: words(field),
  axis: { format: ',~r', ...room(width, 100) },
})

/** Labels take at most this share of a chart's width. */
const labels = (width: number) => ({ labelLimit: Math.round(width * 0.45) })

const category = (field: string, width: number) => ({
  ...{ field, type: 'nominal' as const, sort: null },
  ...{ title: null, axis: { ...labels(width), grid: false } },
})

function barsOf(mark: Bars, rows: readonly Drawn[], width: number): object {
  return {
    mark: { type: 'bar', height: { band: 0.78 } },
    height: 26 * new Set(rows.map((row) => row[mark.label])).size,
    encoding: {
      y: category(mark.label, width),
      x: number(mark.value, width),
      color: colourOf(mark.colour, rows, width),
      // As they come in the rows, also behind one another.
      order: { value: 0 },
    },
  }
}

function lineOf(mark: Line, rows: readonly Drawn[], width: number): object {
  const timed = rows.map((row) => ({ ...row, [mark.over]: timeOf(row[mark.over]) }))
  const times = [...new Set(timed.flatMap((row) => (row[mark.over] ?? []) as number | []))].sort(
    (a, b) => a - b,
  )
  // Of days that follow each other every second or third has its name, but none has it twice.
  const step = Math.ceil(times.length / Math.max(2, Math.floor(width / 90)))
  const values = times.filter((_, i) => (times.length - 1 - i) % step === 0)
  return {
    data: { values: timed },
    mark: { type: 'line', point: times.length < 40, strokeWidth: 2 },
    height: 220,
    encoding: {
      x: {
        ...{ field: mark.over, type: 'temporal', title: null, scale: { type: 'utc' } },
        axis: { format: '%b %-d', grid: false, values, labelOverlap: true },
      },
      y: { ...number(mark.value, width), axis: { format: ',~r', tickCount: 5 } },
      color: colourOf(mark.colour, rows, width),
    },
  }
}

/** A date or a moment of UTC, as milliseconds. */
function timeOf(value: Drawn[string] | undefined): number | null {
  if (value === null || value === undefined) return null
  const text = String(value)
  const isWhole = /^\d{4}-\d\d-\d\d$|Z$|[+-]\d\d(:?\d\d)?$/.test(text)
  return Date.parse(isWhole ? text : `${text.replace(' ', 'T')}Z`)
}

/** Stands between the group and the label of an interval; no name holds it. */
const APART = '\u001f'

/** A line for each interval, those of a group below its name. */
function intervalsOf(mark: Intervals, rows: readonly Drawn[], width: number): object {
  const lineOf = (row: Drawn) =>
    mark.group === undefined
      ? String(row[mark.label])
      : `${row[mark.group]}${APART}${row[mark.label]}`
  const lines = rows.map(lineOf)
  const domain = [...new Set(lines.flatMap((line) => [line.split(APART)[0], line]))]
  const y = {
    ...{ field: 'line', type: 'nominal', title: null, scale: { domain } },
    axis: {
      ...labels(width),
      grid: false,
      labelExpr: `peek(split(datum.value, '${APART}'))`,
      labelFontWeight: {
        condition: { test: `indexof(datum.value, '${APART}') < 0`, value: 'bold' },
        value: 'normal',
      },
    },
  }
  const x = { ...number(mark.value, width), scale: { zero: false } }
  const layer = [
    {
      mark: { type: 'rule', strokeWidth: 2 },
      encoding: { y, x: { ...x, field: mark.low }, x2: { field: mark.high } },
    },
    { mark: { type: 'point', size: 70, fill: colours[0] }, encoding: { y, x } },
  ]
  return {
    data: { values: rows.map((row) => ({ ...row, line: lineOf(row) })) },
    height: 22 * domain.length,
    layer,
  }
}

function colourOf(field: string | undefined, rows: readonly Drawn[], width: number): object {
  if (field === undefined) return { value: colours[0] }
  const values = [...new Set(rows.map((row) => row[field]))]
  return {
    ...{ field, type: 'nominal', title: null, sort: null },
    legend: { columns: legendColumns(values, width) },
    scale: { domain: values, range: values.map((_, i) => colours[i % colours.length]) },
  }
}

/** How many words of a legend find room beside each other, right of the labels of bars. */
function legendColumns(values: readonly unknown[], width: number): number {
  const longest = Math.max(...values.map((value) => String(value).length))
  return Math.max(1, Math.floor((width * 0.55) / (longest * 7.5 + 30)))
}
