import type { Bucket } from '../manifest/bucket.ts'
import { costsOf, type Standing } from './cost.ts'
import { variables } from './environment.ts'
import { log } from './log.ts'
import { lastReceipt } from './receipt.ts'

/** What is measured, and in which of CloudWatch's units. */
const UNITS = {
  Rows: 'Count',
  Bytes: 'Bytes',
  ExtractSeconds: 'Seconds',
  LoadSeconds: 'Seconds',
  DaysBehind: 'Count',
  Cost: 'None',
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

/** Milliseconds. */
export const DAY = 24 * 3600 * 1000

/**
 * Measures a night at its end: how many run dates older the rows of each table are, what each cost that
 * it has made complete, and how many tables and tasks are complete. One that was redriven has no length,
 * as it waited for a person, and no costs, some of which were measured before.
 */
export async function measureNight(
  bucket: Bucket,
  all: readonly Standing[],
  night: {
    readonly date: string
    readonly run: string
    readonly redriven: number
    readonly startedAt: string
    readonly Warnings?: number | undefined
  },
): Promise<void> {
  const costs = night.redriven > 0 ? new Map<string, number>() : costsOf(all, night.run)
  const daysSince = (date: string) => (Date.parse(night.date) - Date.parse(date)) / DAY
  for (const { own, receipt } of all) {
    const last = receipt ?? (await lastReceipt(bucket, own))
    const DaysBehind = last && Math.max(0, daysSince(last.date))
    measure({ DaysBehind, Cost: costs.get(own.id) }, own.id)
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
