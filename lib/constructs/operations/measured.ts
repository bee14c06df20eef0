import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch'
import type { Measures } from '../../night/metrics.ts'
import { NAMESPACE } from '../../night/metrics.ts'

type Name = keyof Measures

/** What the nights of a stage measure, as alarms and dashboards find it. */
export interface Measured {
  /** A metric of the whole stage. */
  ofStage(name: Name, options: MetricOptions): Metric
  /** A search for a metric of every table and task, whatever tables there will be; at most 500. */
  ofTables(name: Name, statistic: string, seconds: number): string
}

export function measuredOf(stage: string): Measured {
  return {
    ofStage: (metricName, options) =>
      new Metric({
        namespace: NAMESPACE,
        metricName,
        dimensionsMap: { Stage: stage },
        ...options,
      }),
    ofTables: (name, statistic, seconds) =>
      `SEARCH('{${NAMESPACE},Stage,Table} MetricName="${name}" Stage="${stage}"', '${statistic}', ${seconds})`,
  }
}
