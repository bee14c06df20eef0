import { Failure } from '../../error.ts'
import type { Reading } from '../../table/origin.ts'
import type { Answer, Row } from './client.ts'

/** What Google says of a report, for columns that keep it beside the numbers. */
export type ReportFacts = {
  /** The day that was asked for, in the property's time zone. */
  readonly date: string
  readonly time_zone: string | null
  readonly currency: string | null
  /** Only a part of the events was read, and the numbers were projected from it. */
  readonly is_sampled: boolean
  /** The events that were read, and those there are, where it is sampled. */
  readonly samples_read: string | null
  readonly sampling_space: string | null
  /** Rows of few people may have been withheld. */
  readonly is_thresholded: boolean
  /** What was too much to tell apart is summed up in rows of `(other)`. */
  readonly has_other_row: boolean
  /** Google has less than all data of the day, by its own account. */
  readonly is_truncated: boolean
}

/** A row of a report: dimensions are text, and so are whole numbers, with all their digits. */
export type ReportRow<D extends string, M extends string> = {
  readonly [name in D]: string
} & {
  readonly [name in M]: string | number
} & ReportFacts & {
    /** This very row is one of `(other)`. */
    readonly is_other_row: boolean
  }

/** The facts of a page; those that make numbers less than the whole truth are noted once. */
export function factsOf(page: Answer, reading: Reading, isFirst: boolean): ReportFacts {
  const { metadata } = page
  const samples = metadata?.samplingMetadatas ?? []
  const [sample] = samples
  const facts = {
    date: reading.date,
    time_zone: metadata?.timeZone || null,
    currency: metadata?.currencyCode || null,
    is_sampled: samples.length > 0,
    samples_read: sample ? String(sample.samplesReadCount ?? 0) : null,
    sampling_space: sample ? String(sample.samplingSpaceSize ?? 0) : null,
    is_thresholded: metadata?.subjectToThresholding ?? false,
    has_other_row: metadata?.dataLossFromOtherRow ?? false,
    is_truncated: (metadata?.dataTruncationReasons ?? []).length > 0,
  }
  if (!isFirst) return facts
  const { note } = reading
  if (facts.time_zone) note(`days are those of ${facts.time_zone}`)
  if (facts.is_sampled) {
    note(`sampled: ${facts.samples_read} of ${facts.sampling_space} events were read`)
  }
  if (facts.is_thresholded) note('thresholded: rows of few people may be missing')
  if (facts.has_other_row) note('some rows are summed up as (other)')
  for (const { dataTruncationMessage } of metadata?.dataTruncationReasons ?? []) {
    note(`truncated: ${dataTruncationMessage}`)
  }
  const restricted = metadata?.schemaRestrictionResponse?.activeMetricRestrictions ?? []
  for (const { metricName } of restricted) {
    note(`${metricName}: the service account may not see it, and reads 0`)
  }
  return facts
}

/** What Google writes for a day: `20261123`. */
const DAY = /^(\d{4})(\d{2})(\d{2})$/
/** The dimensions that are days. */
const DAYS = new Set(['date', 'firstSessionDate'])

/** A function that turns the rows of a page into records. */
export function rowReader<D extends string, M extends string>(
  { dimensionHeaders, metricHeaders }: Answer,
  facts: ReportFacts,
  reading: Reading,
): (row: Row) => ReportRow<D, M> {
  const dimensions = (dimensionHeaders ?? []).map(({ name }) => name ?? '')
  const metrics = (metricHeaders ?? []).map(({ name, type }) => ({
    name: name ?? '',
    isWhole: type === 'TYPE_INTEGER',
  }))
  return ({ dimensionValues, metricValues }) => {
    const row: Record<string, unknown> = { ...facts, is_other_row: false }
    dimensions.forEach((name, at) => {
      const value = dimensionValues?.[at]?.value ?? ''
      if (value === '(other)') row.is_other_row = true
      if (name === 'date') checkDay(value, reading)
      else row[name] = DAYS.has(name) ? value.replace(DAY, '$1-$2-$3') : value
    })
    metrics.forEach(({ name, isWhole }, at) => {
      const value = metricValues?.[at]?.value ?? ''
      row[name] = isWhole ? value : fraction(value)
    })
    if (row.is_other_row) reading.note('rows of (other)')
    return row as ReportRow<D, M>
  }
}

function checkDay(value: string, { table, date }: Reading): void {
  const day = value.replace(DAY, '$1-$2-$3')
  if (day === date || day === '(other)') return
  throw new Failure('SourceRefused', `${table}: Google was asked for ${date} and gave ${value}`)
}

/** A fraction is a double at Google: as a number it may be rounded to a column's decimals. */
function fraction(value: string): string | number {
  const number = Number(value)
  return value === '' || !Number.isFinite(number) ? value : number
}
