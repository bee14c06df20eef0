import { describe, expect, it } from '@jest/globals'
import { visitsOn } from '../../../local/activity/visits.ts'
import { parseQuestion } from '../../../local/analytics/question.ts'
import { sampleReporter } from '../../../local/analytics/report.ts'
import { ordersBetween } from '../../../local/mysql/sample/orders.ts'

interface Answer {
  readonly rows?: readonly { readonly dimensionValues: Values; readonly metricValues: Values }[]
  readonly rowCount?: number
  readonly metricHeaders: readonly { readonly name: string; readonly type: number }[]
}
type Values = readonly { readonly value: string }[]

const DAY = '2026-11-23'

/** Asks as Google's client does. */
function ask(dimensions: string[], metrics: string[], more: object = {}): Answer {
  const body = {
    dimensions: dimensions.map((name) => ({ name })),
    metrics: metrics.map((name) => ({ name })),
    dateRanges: [{ startDate: DAY, endDate: DAY }],
    orderBys: dimensions.map((dimensionName) => ({ dimension: { dimensionName } })),
    ...more,
  }
  return sampleReporter()(parseQuestion('1', body)) as Answer
}

const numbersOf = ({ rows = [] }: Answer): number[][] =>
  rows.map(({ metricValues }) => metricValues.map(({ value }) => Number(value)))

describe('the stand-in for Google Analytics', () => {
  it('counts the visits of a day, and each of its orders once', () => {
    const visits = [...visitsOn(DAY)]
    const midnight = Date.parse(DAY)
    const orders = [...ordersBetween(midnight, midnight + 86_400_000)]
    const users = new Set(visits.map(({ visitor }) => visitor))
    expect(
      numbersOf(ask([], ['sessions', 'totalUsers', 'ecommercePurchases', 'keyEvents'])),
    ).toEqual([[visits.length, users.size, orders.length, orders.length]])
  })

  it('breaks them down, and loses none', () => {
    const whole = numbersOf(ask([], ['sessions', 'screenPageViews', 'purchaseRevenue']))[0] ?? []
    for (const dimension of ['deviceCategory', 'country', 'sessionDefaultChannelGroup', 'hour']) {
      const parts = numbersOf(ask([dimension], ['sessions', 'screenPageViews', 'purchaseRevenue']))
      expect(parts.length).toBeGreaterThan(2)
      whole.forEach((total, at) => {
        expect(parts.reduce((sum, part) => sum + (part[at] ?? 0), 0)).toBeCloseTo(total, 4)
      })
    }
  })

  it('has every day of a range', () => {
    const range = { dateRanges: [{ startDate: '2026-11-21', endDate: DAY }] }
    expect(
      ask(['date'], ['sessions'], range).rows?.map(({ dimensionValues: [day] }) => day?.value),
    ).toEqual(['20261121', '20261122', '20261123'])
  })

  it('gives a report in pages that make up the whole', () => {
    const whole = ask(['country', 'hour'], ['sessions'])
    const pages = [0, 50, 100, 150].flatMap(
      (offset) => ask(['country', 'hour'], ['sessions'], { offset: `${offset}`, limit: '50' }).rows,
    )
    expect(pages).toEqual(whole.rows?.slice(0, 200))
    expect(whole.rowCount).toBe(whole.rows?.length)
  })

  it.each([
    [
      ['deviceCategry'],
      ['sessions'],
      {},
      /^Did you mean deviceCategory\? Field deviceCategry is not/,
    ],
    [[], ['sesions'], {}, /^Field sesions is not a valid metric/],
    [
      [],
      ['sessions'],
      { dateRanges: [{ startDate: 'today', endDate: DAY }] },
      /^Invalid date: today/,
    ],
    [[], ['sessions'], { metricFilter: {} }, /^the stand-in knows no metricFilter/],
    [[], ['sessions'], { limits: 1 }, /Unknown name "limits"/],
    [[], ['sessions'], { limit: '-1' }, /^Invalid value at 'limit': -1/],
    [['country', 'country'], ['sessions'], {}, /^Duplicate dimensions: country/],
  ])('refuses %j %j %j', (dimensions, metrics, more, message) => {
    expect(() => ask(dimensions, metrics, more)).toThrow(message)
  })
})
