import { Failure } from '../../error.ts'
import type { Origin, Source } from '../../table/origin.ts'
import { readReport } from './pages.ts'
import type { ReportRow } from './rows.ts'

export interface GoogleAnalyticsOptions {
  /**
   * The Secrets Manager secret: the key of a service account, the JSON as Google gives it. Where a
   * proxy stands in front of Google, its address goes beside it, as `endpoint`.
   */
  readonly secret: string
  /** The number of the GA4 property: `123456789`. */
  readonly property: string
  /**
   * The time zone that the property counts its days in, `America/New_York`: a report in another is
   * refused. Without it, the zone is only noted.
   */
  readonly timeZone?: string
  /** How long a read waits, in all, for a used-up quota to come back; 10 minutes unless said. */
  readonly quotaSeconds?: number
}

/** What a report asks for, by the names of the Data API. */
export interface ReportOptions<D extends string, M extends string> {
  /** Nine at most: `deviceCategory`, `customEvent:plan`. The day is in every row and need not be. */
  readonly dimensions: readonly D[]
  /** Ten at most: `sessions`, `purchaseRevenue`. */
  readonly metrics: readonly M[]
  /** How many days are read again each night, since Google still corrects them; 3 unless said. */
  readonly days?: number
}

/** A report, day by day, for `mirror` or `table`. */
export interface Report<D extends string, M extends string> extends Origin<ReportRow<D, M>> {
  readonly documents: true
}

/** A property of Google Analytics 4. */
export interface GoogleAnalytics extends Source {
  /** A report of it, for a table that is published by day: `publish: { partition: 'date' }`. */
  report<const D extends string, const M extends string>(options: ReportOptions<D, M>): Report<D, M>
}

/** Declares a property of Google Analytics 4, read through the Data API. */
export function googleAnalytics(name: string, options: GoogleAnalyticsOptions): GoogleAnalytics {
  const { secret, property } = options
  if (!/^\d+$/.test(property)) {
    throw new Failure(
      'BadDeclaration',
      `${name}: '${property}' is no property of Google Analytics 4; its number is under Admin, Property details`,
    )
  }
  const source: Source = {
    name,
    kind: 'googleAnalytics',
    packages: ['@google-analytics/data', 'google-auth-library', '@aws-sdk/client-secrets-manager'],
    secret,
  }
  return {
    ...source,
    report: (report) => {
      check(name, report)
      return {
        source,
        documents: true,
        days: { count: report.days ?? 3 },
        read: (reading) => readReport(source, options, report, reading),
        where: (row) => placeOf(name, report.dimensions, row),
      }
    },
  }
}

function check(name: string, { dimensions, metrics, days = 1 }: ReportOptions<string, string>) {
  const fail = (problem: string) => {
    throw new Failure('BadDeclaration', `${name}.report: ${problem}`)
  }
  if (dimensions.length > 9) fail(`asks for ${dimensions.length} dimensions, Google gives 9`)
  if (metrics.length < 1) fail('asks for no metric')
  if (metrics.length > 10) fail(`asks for ${metrics.length} metrics, Google gives 10`)
  const twice = [...dimensions, ...metrics].find((one, at, all) => all.indexOf(one) !== at)
  if (twice) fail(`names ${twice} twice`)
  if (!Number.isInteger(days) || days < 1) fail(`days: ${days} is no number of days`)
}

function placeOf<D extends string>(
  source: string,
  dimensions: readonly D[],
  row: Readonly<Record<D | 'date', string>>,
): string {
  const values = dimensions.map((name) => `${name} '${row[name]}'`).join(', ')
  return `the row of ${source} on ${row.date}${values && ` with ${values}`}`
}
