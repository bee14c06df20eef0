import { Duration } from 'aws-cdk-lib'
import {
  type Alarm,
  AlarmStatusWidget,
  Color,
  Dashboard,
  GraphWidget,
  GraphWidgetView,
  type HorizontalAnnotation,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  Metric,
  SearchExpression,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { RUNBOOKS } from '../../night/runbooks.ts'
import type { TaskFunction } from '../task-function.ts'
import type { TaskFunctions } from '../task-functions.ts'
import type { Measured } from './measured.ts'
import { errorsOf, lastNights, logsOf } from './queries.ts'

export interface NightDashboardProps {
  /** The stage's name. */
  readonly stage: string
  readonly machine: StateMachine
  readonly functions: TaskFunctions
  readonly bucket: IBucket
  /** What nights measure; none where the stage wants no metrics. */
  readonly measured: Measured | undefined
  readonly alarms: readonly Alarm[]
  /** Seconds that a night takes that waits for nothing but what is needed. */
  readonly criticalPath: number
  /** Seconds from the start of a night until it is to be done, where that is said. */
  readonly patience: number | undefined
  /** The workgroup of a Redshift Serverless of Usher's own. */
  readonly workgroup: string | undefined
  readonly runbooks: string | undefined
}

const DAY = Duration.days(1)
const daily = (statistic: string) => ({ period: DAY, statistic })
/** Lines of a graph that a person still tells apart. */
const LINES = 20

/**
 * The page of CloudWatch that says how nights go. Whatever is about tables is a search or a query, so
 * that it is as large for three tables as for a thousand.
 */
export class NightDashboard extends Construct {
  constructor(scope: Construct, id: string, props: NightDashboardProps) {
    super(scope, id)
    const { measured } = props
    new Dashboard(this, 'Dashboard', {
      dashboardName: `usher-${props.stage}`,
      defaultInterval: Duration.days(14),
      widgets: [
        [headOf(props)],
        [
          new AlarmStatusWidget({
            title: 'Alarms',
            alarms: [...props.alarms],
            width: 24,
            height: 4,
          }),
        ],
        ...(measured ? [...tables(props, measured), ...nights(props, measured)] : []),
        failures(props),
        costs(props),
      ],
    })
  }
}

function headOf({ stage, runbooks = RUNBOOKS, measured }: NightDashboardProps): IWidget {
  const metrics = measured ? '' : ' The stage has `metrics: false`: tables are not shown.'
  return new TextWidget({
    ...{ width: 24, height: 2 },
    markdown: `# Usher ${stage}\nWhat each alarm means, and what to do: \`${runbooks}\`. As of when tables are: \`select * from usher.as_of\`.${metrics}`,
  })
}

/** Each table's last nights, and what is oldest. */
function tables({ functions }: NightDashboardProps, measured: Measured): IWidget[][] {
  return [
    [
      new LogQueryWidget({
        title: 'The last nights of each table, the newest first',
        logGroupNames: logsOf(functions),
        queryString: lastNights,
        view: LogQueryVisualizationType.TABLE,
        ...{ width: 24, height: 12 },
      }),
    ],
    [
      top(
        'Run dates that rows are behind',
        measured.ofTables('DaysBehind', 'Maximum', 86_400),
        'MAX',
      ),
      top('Rows published', measured.ofTables('Rows', 'Sum', 86_400), 'MAX'),
      top('Seconds of loads', measured.ofTables('LoadSeconds', 'Sum', 86_400), 'MAX'),
    ],
  ]
}

/** How long nights take, of how long they could, and how complete they were. */
function nights({ criticalPath, patience }: NightDashboardProps, measured: Measured): IWidget[][] {
  const ofStage = (name: Parameters<Measured['ofStage']>[0], label: string) =>
    measured.ofStage(name, { ...daily(Stats.MAXIMUM), label })
  const limits: HorizontalAnnotation[] = [
    { value: Math.round(criticalPath), label: 'critical path', color: Color.GREEN },
    ...(patience ? [{ value: patience, label: 'deadline', color: Color.RED }] : []),
  ]
  return [
    [
      new GraphWidget({
        title: 'Seconds of a night, and of its critical path',
        left: [ofStage('NightSeconds', 'night')],
        leftAnnotations: limits,
        leftYAxis: { min: 0 },
        ...wide(12),
      }),
      new GraphWidget({
        title: 'Tables at the end of a night, and at the deadline',
        left: [
          ofStage('TablesComplete', 'complete at the end'),
          ofStage('TablesIncomplete', 'not complete at the end'),
          ofStage('TablesLacking', 'not complete at the deadline'),
          ofStage('TablesStale', 'stale'),
        ],
        ...wide(12),
      }),
    ],
  ]
}

function failures({ machine, functions }: NightDashboardProps): IWidget[] {
  return [
    new GraphWidget({
      title: 'How nights ended',
      left: [
        machine.metricSucceeded({ period: DAY, color: Color.GREEN }),
        machine.metricFailed({ period: DAY, color: Color.RED }),
        machine.metricTimedOut({ period: DAY, color: Color.ORANGE }),
        machine.metricAborted({ period: DAY, color: Color.GREY }),
      ],
      view: GraphWidgetView.BAR,
      ...wide(8),
    }),
    new LogQueryWidget({
      title: 'The last errors',
      logGroupNames: logsOf(functions),
      queryString: errorsOf,
      view: LogQueryVisualizationType.TABLE,
      ...{ width: 16, height: 6 },
    }),
  ]
}

/** What a night costs is made of these. Statements of the Data API cost nothing by themselves. */
function costs({ functions, bucket, measured, workgroup }: NightDashboardProps): IWidget[] {
  const written = measured
    ? [sumOf(measured.ofTables('Bytes', 'Sum', 86_400), 'written by extracts')]
    : []
  const rpu = workgroup
    ? [
        new GraphWidget({
          title: 'RPU hours of Redshift Serverless',
          left: [
            new MathExpression({
              expression: `SUM(SEARCH('Namespace="AWS/Redshift-Serverless" MetricName="ComputeSeconds" "${workgroup}"', 'Sum', 86400)) / 3600`,
              ...{ label: 'RPU hours', period: DAY, usingMetrics: {} },
            }),
          ],
          ...wide(6),
        }),
      ]
    : []
  return [
    new GraphWidget({
      title: 'GB-seconds of functions',
      left: functions.all.map(gigabyteSeconds),
      stacked: true,
      ...wide(workgroup ? 6 : 8),
    }),
    new GraphWidget({
      title: 'Transitions of Step Functions, of the whole account',
      left: [
        new Metric({
          ...{ namespace: 'AWS/States', metricName: 'ConsumedCapacity', label: 'transitions' },
          ...{ dimensionsMap: { ServiceMetric: 'StateTransition' }, ...daily(Stats.SUM) },
        }),
      ],
      ...wide(workgroup ? 6 : 8),
    }),
    new GraphWidget({
      title: 'Bytes on S3',
      left: [
        new Metric({
          ...{ namespace: 'AWS/S3', metricName: 'BucketSizeBytes', label: 'in the bucket' },
          dimensionsMap: { BucketName: bucket.bucketName, StorageType: 'StandardStorage' },
          ...daily(Stats.AVERAGE),
        }),
        ...written,
      ],
      ...wide(workgroup ? 6 : 8),
    }),
    ...rpu,
  ]
}

function gigabyteSeconds(fn: TaskFunction, at: number): IMetric {
  return new MathExpression({
    expression: `m${at} * ${fn.megabytes} / 1024 / 1000`,
    usingMetrics: { [`m${at}`]: fn.metricDuration(daily(Stats.SUM)) },
    ...{ label: fn.node.id, period: DAY },
  })
}

/** The lines that are highest of those that a search finds. */
const top = (title: string, search: string, by: 'MAX' | 'SUM'): IWidget =>
  new GraphWidget({
    title: `${title}: the ${LINES} most`,
    left: [
      new SearchExpression({
        ...{ expression: `SORT(${search}, ${by}, DESC, ${LINES})`, label: '', period: DAY },
      }),
    ],
    ...wide(8),
  })

const sumOf = (search: string, label: string): IMetric =>
  new MathExpression({ expression: `SUM(${search})`, usingMetrics: {}, label, period: DAY })

const wide = (width: number) => ({ width, height: 6 })
