import { Failure } from '../../error.ts'
import type { Reading, Source } from '../../table/origin.ts'
import { type Answer, open } from './client.ts'
import { explain } from './errors.ts'
import type { GoogleAnalyticsOptions, ReportOptions } from './google-analytics.ts'
import { noteQuotas, persist } from './patience.ts'
import { factsOf, type ReportRow, rowReader } from './rows.ts'

/** Google gives 250,000 rows a page at most; so many are quickly answered, and cheap to hold. */
const PAGE = 5000
/** The largest batch, in rows. */
const BATCH = 1000

/** Reads one day of a report, page by page. */
export async function* readReport<D extends string, M extends string>(
  source: Source,
  { property, timeZone, quotaSeconds = 600 }: GoogleAnalyticsOptions,
  { dimensions, metrics }: ReportOptions<D, M>,
  reading: Reading,
): AsyncGenerator<ReportRow<D, M>[]> {
  const { table, date, signal } = reading
  const session = await open(source, signal)
  const request = {
    property: `properties/${property}`,
    dimensions: dimensions.map((name) => ({ name })),
    metrics: metrics.map((name) => ({ name })),
    dateRanges: [{ startDate: date, endDate: date }],
    // Pages are cut by position: without an order, rows could change places between them.
    orderBys: dimensions.map((dimensionName) => ({ dimension: { dimensionName } })),
    limit: PAGE,
    returnPropertyQuota: true,
  }
  const context = { source: source.name, email: session.email, property, table, quotaSeconds }
  const ask = (offset: number) =>
    persist(() => session.report({ ...request, offset }), { ...context, reading })
  try {
    let [offset, count] = [0, 0]
    do {
      const page = await ask(offset)
      noteQuotas(page, reading)
      const rows = page.rows ?? []
      count = countOf(page, table, offset, count)
      const facts = factsOf(page, reading, offset === 0)
      checkZone(source.name, property, facts.time_zone, timeZone)
      const rowOf = rowReader<D, M>(page, facts, reading)
      for (let at = 0; at < rows.length; at += BATCH) {
        yield rows.slice(at, at + BATCH).map(rowOf)
      }
      offset += rows.length
    } while (offset < count)
  } catch (error) {
    signal.throwIfAborted()
    throw explain(error, context)
  }
}

/** The rows of the whole report, by Google's own count, which no page may contradict. */
function countOf({ rows, rowCount }: Answer, table: string, offset: number, before: number) {
  const count = rowCount ?? 0
  const fail = (what: string) => {
    throw new Failure('Transient', `${table}: ${what}`)
  }
  if (offset > 0 && count !== before) {
    fail(`the report had ${before} rows and has ${count} now: Google is still counting that day`)
  }
  const arrived = offset + (rows?.length ?? 0)
  if (arrived > count || (arrived === offset && arrived < count)) {
    fail(`${arrived} rows arrived of ${count} that the report has`)
  }
  return count
}

function checkZone(source: string, property: string, zone: string | null, pinned?: string): void {
  if (pinned === undefined || zone === null || zone === pinned) return
  throw new Failure(
    'SourceRefused',
    `${source}: property ${property} counts its days in ${zone}, not in ${pinned}, so a day would be another day: write timeZone: '${zone}' in its declaration`,
  )
}
