import type { Bucket } from '../manifest/bucket.ts'
import type { AnyDefinition } from '../table/definition.ts'
import { variables } from './environment.ts'
import { log } from './log.ts'
import { lastReceipt, type Receipt } from './receipt.ts'

/** What is measured, and in which of CloudWatch's units. */
const UNITS = {
  Rows: 'Count',
  Bytes: 'Bytes',
  ExtractSeconds: 'Seconds',
  LoadSeconds: 'Seconds',
  DaysBehind: 'Count',
  TablesComplete: 'Count',
  TablesIncomplete: 'Count',
  NightSeconds: 'Seconds',
  Warnings: 'Count',
  TablesLacking: 'Count',
  TablesStale: 'Count',
} as const

/** Values by the name of their metric; what is undefined was not measured. */
export type Measures = { readonly [Name in keyof typeof UNITS]?: number | undefined }

export const NAMESPACE = 'Usher'

/**
 * Writes measures of a table or task, or of the whole night, as a line of the log that CloudWatch makes
 * metrics of; nothing where the stage wants none. It costs no call, and no right.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function measure(measures: Measures, Table?: string): void {
  const Stage = process.env[variables.metrics]
  const measured = Object.entries(measures).filter(([, value]) => value !== undefined)
  if (!Stage || measured.length === 0) return
  const dimensions = { Stage, ...(Table !== undefined && { Table }) }
  const Metrics = measured.map(([Name]) => ({ Name, Unit: UNITS[Name as keyof typeof UNITS] }))
  const metrics = { Namespace: NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics }
  log('measured', {
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [metrics] },
    ...dimensions,
    ...Object.fromEntries(measured),
  })
}

/** A table or task at a night's end, with what says that it is complete. */
interface Standing {
  readonly own: AnyDefinition
  readonly receipt?: Receipt | undefined
}

/** Milliseconds. */
export const DAY = 24 * 3600 * 1000

/**
 * Measures a night at its end: how many run dates older the rows of each table are, and how many
 * tables and tasks are complete. One that was redriven has no length: it waited for a person.
 */
export async function measureNight(
  bucket: Bucket,
  all: readonly Standing[],
  night: {
    readonly date: string
    readonly redriven: number
    readonly startedAt: string
    readonly Warnings?: number | undefined
  },
): Promise<void> {
  const daysSince = (date: string) => (Date.parse(night.date) - Date.parse(date)) / DAY
  for (const { own, receipt } of all) {
    const last = receipt ?? (await lastReceipt(bucket, own))
    measure({ DaysBehind: last && Math.max(0, daysSince(last.date)) }, own.id)
  }
  const TablesComplete = all.filter(({ receipt }) => receipt).length
  measure({
    TablesComplete,
    TablesIncomplete: all.length - TablesComplete,
    Warnings: night.Warnings,
    NightSeconds:
      night.redriven > 0 ? undefined : (Date.now() - Date.parse(night.startedAt)) / 1000,
  })
}
