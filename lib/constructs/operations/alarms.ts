import { Duration } from 'aws-cdk-lib'
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { runbook } from '../../night/runbooks.ts'
import type { FailureTopic } from '../failure-topic.ts'
import type { TaskFunction } from '../task-function.ts'
import type { TaskFunctions } from '../task-functions.ts'
import type { Measured } from './measured.ts'

export interface AlarmsProps {
  /** The stage's name, of which the names of alarms are made: people read them in their mail. */
  readonly stage: string
  readonly machine: StateMachine
  readonly functions: TaskFunctions
  /** Where starts lie that could not be delivered. */
  readonly dropped: IQueue
  /** The function that looks at the deadline; none where nobody waits for the night. */
  readonly watch: TaskFunction | undefined
  /** What nights measure; none where the stage wants no metrics. */
  readonly measured: Measured | undefined
  readonly topic: FailureTopic
  /** Where runbooks are. */
  readonly runbooks: string | undefined
}

interface What {
  /** A sentence that says what it means. */
  readonly means: string
  /** The runbook about it, where that is not the alarm's own name. */
  readonly page?: string
  /** Whether it tells people: not where somebody else does. */
  readonly tells: boolean
  readonly metric: IMetric
}

/** What must be so for a metric to be alarming: usually one, once. */
type When = Partial<Omit<AlarmProps, 'metric'>>

const SOON = Duration.minutes(5)

/**
 * The alarms of a stage. Those that tell the topic are about what nobody else tells of; the others are
 * there for the dashboard, and for what an on-call tool makes of the states of alarms.
 */
export class Alarms extends Construct {
  readonly all: Alarm[] = []
  private readonly props: AlarmsProps

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id)
    this.props = props
    props.topic.letAlarmsTell(`usher-${props.stage}-*`)
    this.aboutStarts()
    this.aboutNights()
    this.aboutFunctions()
    if (props.measured) this.aboutTables(props.measured)
  }

  private aboutStarts(): void {
    const { dropped, watch } = this.props
    this.add('start-dropped', {
      means: 'A start of the night, or of the watch at its deadline, could not be delivered.',
      metric: dropped.metricApproximateNumberOfMessagesVisible({
        ...{ period: SOON, statistic: 'Maximum' },
      }),
      tells: true,
    })
    if (!watch) return
    const period = Duration.hours(1)
    this.add(
      'watch-silent',
      {
        means: 'For 26 hours nobody has looked whether the night is complete.',
        metric: new MathExpression({
          ...{
            expression: 'invocations - errors',
            label: 'times that the watch has looked',
            period,
          },
          usingMetrics: {
            invocations: watch.metricInvocations({ period }),
            errors: watch.metricErrors({ period }),
          },
        }),
        tells: true,
      },
      {
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        // A day of 25 hours, when clocks change, and the hour in which it looks.
        evaluationPeriods: 26,
        treatMissingData: TreatMissingData.BREACHING,
      },
    )
  }

  /** A letter, or else the topic's own rule, has told of these already: none tells once more. */
  private aboutNights(): void {
    const { machine } = this.props
    const period = SOON
    this.add('night-failed', {
      means: 'A night has failed: tables are not complete.',
      metric: machine.metricFailed({ period }),
      tells: false,
    })
    this.add('night-timed-out', {
      means: 'A night was ended, since it took longer than one may.',
      metric: machine.metricTimedOut({ period }),
      tells: false,
    })
    this.add('night-stopped', {
      means: 'Somebody has stopped a night.',
      metric: machine.metricAborted({ period }),
      tells: false,
    })
  }

  /** About the functions that keep a night together; those of tables are told of table by table. */
  private aboutFunctions(): void {
    const { prepare, note, report } = this.props.functions
    for (const [name, fn] of Object.entries({ prepare, note, report })) {
      this.add(`${name}-failing`, {
        means: `The function ${fn.node.id} has failed.`,
        page: 'function-failing',
        metric: fn.metricErrors({ period: SOON }),
        // What it could not do when tried again, it has failed the night by. And Report fails by design,
        // to fail the execution, when it has told of a night that is incomplete.
        tells: false,
      })
      this.add(
        `${name}-throttled`,
        {
          means: `The account runs so many functions at once that ${fn.node.id} has to wait.`,
          page: 'function-throttled',
          metric: fn.metricThrottles({ period: SOON }),
          tells: true,
        },
        // Once is nothing: it is called again.
        { evaluationPeriods: 3 },
      )
    }
  }

  private aboutTables(measured: Measured): void {
    const day = { period: Duration.hours(1), statistic: 'Maximum' }
    // Measured once a day: until it is measured again, it is as it was.
    const asItWas = { treatMissingData: TreatMissingData.IGNORE }
    this.add(
      'tables-warned',
      {
        means: 'Tables are complete, and say something that a person should see to.',
        metric: measured.ofStage('Warnings', day),
        tells: true,
      },
      asItWas,
    )
    if (!this.props.watch) return
    // Of these two, the watch has told in words.
    this.add(
      'night-late',
      {
        means: 'Tables were not complete when people began to look at the numbers.',
        metric: measured.ofStage('TablesLacking', day),
        tells: false,
      },
      asItWas,
    )
    this.add(
      'tables-stale',
      {
        means: 'The rows of a table are some run dates old.',
        metric: measured.ofStage('TablesStale', day),
        tells: false,
      },
      asItWas,
    )
  }

  private add(id: string, { means, page = id, tells, metric }: What, when: When = {}): void {
    const { stage, topic, runbooks } = this.props
    const alarm = new Alarm(this, id, {
      alarmName: `usher-${stage}-${id}`,
      alarmDescription: `${means} Runbook: ${runbook(page, runbooks)}`,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...when,
      metric,
    })
    if (tells) alarm.addAlarmAction(new SnsAction(topic.topic))
    this.all.push(alarm)
  }
}
