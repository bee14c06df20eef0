import { invalid } from './fault.ts'

/** What is asked of `runReport`, as far as the stand-in knows it. */
export interface Question {
  readonly property: string
  readonly dimensions: readonly string[]
  readonly metrics: readonly string[]
  /** `2026-11-23`, both included. */
  readonly startDate: string
  readonly endDate: string
  /** The dimensions to sort by. */
  readonly order: readonly string[]
  readonly offset: number
  readonly limit: number
  readonly returnPropertyQuota: boolean
}

type Fields = Readonly<Record<string, unknown>>

/** Google's own, of which the stand-in says that it does not know them. */
const UNKNOWN = [
  'dimensionFilter',
  'metricFilter',
  'metricAggregations',
  'currencyCode',
  'cohortSpec',
  'keepEmptyRows',
  'comparisons',
]
const KNOWN = [
  'dimensions',
  'metrics',
  'dateRanges',
  'orderBys',
  'offset',
  'limit',
  'returnPropertyQuota',
]

/** Reads the body of a `runReport`, and refuses what Google would. */
export function parseQuestion(property: string, body: unknown): Question {
  const fields = objectOf(body, 'the body')
  for (const name of Object.keys(fields)) {
    if (UNKNOWN.includes(name)) throw invalid(`the stand-in knows no ${name}`)
    if (!KNOWN.includes(name)) {
      throw invalid(`Invalid JSON payload received. Unknown name "${name}": Cannot find field.`)
    }
  }
  const dimensions = namesOf(fields.dimensions, 'dimensions')
  const metrics = namesOf(fields.metrics, 'metrics')
  if (dimensions.length > 9) throw invalid('Requests are limited to 9 dimensions.')
  if (metrics.length > 10) throw invalid('Requests are limited to 10 metrics.')
  if (dimensions.length + metrics.length === 0) {
    throw invalid('Requests require dimensions and/or metrics.')
  }
  const limit = wholeOf(fields.limit ?? 10_000, 'limit')
  if (limit === 0) throw invalid('limit must be positive.')
  return {
    property,
    dimensions,
    metrics,
    ...datesOf(fields.dateRanges),
    order: orderOf(fields.orderBys, dimensions),
    offset: wholeOf(fields.offset ?? 0, 'offset'),
    limit: Math.min(limit, 250_000),
    returnPropertyQuota: fields.returnPropertyQuota === true,
  }
}

function namesOf(value: unknown, what: string): string[] {
  const names = listOf(value, what).map((one) => String(objectOf(one, what).name))
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice) throw invalid(`Duplicate ${what}: ${twice}`)
  return names
}

function datesOf(value: unknown): { startDate: string; endDate: string } {
  const [range, ...more] = listOf(value, 'dateRanges')
  if (more.length > 0) throw invalid('the stand-in knows one date range')
  const { startDate, endDate } = objectOf(range, 'dateRanges')
  for (const date of [startDate, endDate]) {
    if (!/^\d{4}-\d\d-\d\d$/.test(String(date)) || Number.isNaN(Date.parse(String(date)))) {
      throw invalid(`Invalid date: ${date}. The stand-in knows dates as 2026-11-23 only.`)
    }
  }
  if (String(startDate) > String(endDate)) throw invalid('startDate must be before endDate.')
  return { startDate: String(startDate), endDate: String(endDate) }
}

function orderOf(value: unknown, dimensions: readonly string[]): string[] {
  return listOf(value, 'orderBys').map((one) => {
    const { dimension, desc } = objectOf(one, 'orderBys')
    const name = String(objectOf(dimension, 'orderBys.dimension').dimensionName)
    if (desc) throw invalid('the stand-in sorts upwards only')
    if (!dimensions.includes(name)) throw invalid(`${name} is not in the dimensions.`)
    return name
  })
}

// Google writes 64-bit numbers of JSON as text, and takes both.
function wholeOf(value: unknown, what: string): number {
  if (!/^\d{1,15}$/.test(String(value))) throw invalid(`Invalid value at '${what}': ${value}`)
  return Number(value)
}

function listOf(value: unknown, what: string): unknown[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw invalid(`Invalid value at '${what}': not a list`)
  return value
}

function objectOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`Invalid value at '${what}': not an object`)
  }
  return value as Fields
}
