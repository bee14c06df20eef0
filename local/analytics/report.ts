import { type Visit, visitsOn } from '../activity/visits.ts'
import { invalid } from './fault.ts'
import { dimensions, metrics, NUMBERS } from './fields.ts'
import type { Question } from './question.ts'

const DAY = 86_400_000
const SCHEMA = 'https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema'

/** The property of the sample: what it says of any days is made of the visits on them. */
export function sampleReporter(): (question: Question) => object {
  let tokens = 0
  return (question) => {
    for (const name of question.dimensions) checkField(name, 'dimension', dimensions)
    for (const name of question.metrics) checkField(name, 'metric', metrics)
    tokens += 1 + question.dimensions.length + question.metrics.length
    const rows = rowsOf(question)
    const { offset, limit } = question
    const page = rows.slice(offset, offset + limit)
    // What is empty or 0 is left out, as everywhere in Google's JSON.
    return {
      dimensionHeaders: question.dimensions.map((name) => ({ name })),
      metricHeaders: question.metrics.map((name) => ({
        name,
        type: NUMBERS[metrics[name]?.type ?? 'TYPE_INTEGER'],
      })),
      ...(page.length > 0 && { rows: page.map(toRow) }),
      ...(rows.length > 0 && { rowCount: rows.length }),
      metadata: { currencyCode: 'USD', timeZone: 'Etc/UTC' },
      ...(question.returnPropertyQuota && { propertyQuota: quotaOf(tokens) }),
      kind: 'analyticsData#runReport',
    }
  }
}

type Row = readonly [dimensions: readonly string[], metrics: readonly string[]]

const toRow = ([dimensionValues, metricValues]: Row) => ({
  dimensionValues: dimensionValues.map((value) => ({ value })),
  metricValues: metricValues.map((value) => ({ value })),
})

function rowsOf({ startDate, endDate, order, ...question }: Question): Row[] {
  const groups = new Map<string, Visit[]>()
  for (let time = Date.parse(startDate); time <= Date.parse(endDate); time += DAY) {
    for (const visit of visitsOn(new Date(time).toISOString().slice(0, 10))) {
      const key = JSON.stringify(question.dimensions.map((name) => dimensions[name]?.(visit)))
      const group = groups.get(key)
      if (group) group.push(visit)
      else groups.set(key, [visit])
    }
  }
  const rows = [...groups].map(
    ([key, visits]): Row => [
      JSON.parse(key),
      question.metrics.map((name) => String(metrics[name]?.of(visits))),
    ],
  )
  const places = order.map((name) => question.dimensions.indexOf(name))
  return rows.sort(([a], [b]) => {
    const place = places.find((at) => a[at] !== b[at]) ?? -1
    return place < 0 ? 0 : String(a[place]) < String(b[place]) ? -1 : 1
  })
}

function checkField(name: string, kind: string, known: object): void {
  if (Object.hasOwn(known, name)) return
  const near = Object.keys(known).find((other) => other.slice(0, 6) === name.slice(0, 6))
  const hint = near ? `Did you mean ${near}? ` : ''
  throw invalid(
    `${hint}Field ${name} is not a valid ${kind}. For a list of valid dimensions and metrics, see ${SCHEMA} `,
  )
}

function quotaOf(tokens: number): object {
  const quota = (consumed: number, limit: number) => ({ consumed, remaining: limit - consumed })
  return {
    tokensPerDay: quota(tokens, 200_000),
    tokensPerHour: quota(tokens, 40_000),
    concurrentRequests: quota(1, 10),
    serverErrorsPerProjectPerHour: quota(0, 10),
    potentiallyThresholdedRequestsPerHour: quota(0, 120),
    tokensPerProjectPerHour: quota(tokens, 14_000),
  }
}
