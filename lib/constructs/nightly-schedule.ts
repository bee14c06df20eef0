import { Duration, TimeZone, Validations } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler'
import { Universal } from 'aws-cdk-lib/aws-scheduler-targets'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'

/** On the clocks of the stage. */
export interface TimeOfDay {
  readonly hour: number
  readonly minute: number
}

export interface NightlyScheduleProps {
  readonly machine: StateMachine
  readonly startsAt: TimeOfDay
  readonly timeZone: string
  readonly enabled: boolean
}

/** Starts a night at the same time of the clock each day; a start that AWS drops lies in a queue. */
export class NightlySchedule extends Construct {
  /** Where a start lies that could not be delivered. */
  readonly dropped: Queue

  constructor(scope: Construct, id: string, props: NightlyScheduleProps) {
    super(scope, id)
    const { stateMachineArn } = props.machine
    this.dropped = new Queue(this, 'Dropped', {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    Validations.of(this.dropped).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is where the schedule itself leaves what it could not deliver.',
    })
    new Schedule(this, 'Schedule', {
      description: 'Starts the nightly run of Usher',
      enabled: props.enabled,
      schedule: ScheduleExpression.cron({
        hour: String(props.startsAt.hour),
        minute: String(props.startsAt.minute),
        timeZone: TimeZone.of(props.timeZone),
      }),
      target: new Universal({
        service: 'sfn',
        action: 'startExecution',
        input: ScheduleTargetInput.fromObject({
          StateMachineArn: stateMachineArn,
          // A start may be delivered twice: the second of one name starts nothing.
          Name: `nightly-${ContextAttribute.executionId}`,
          Input: JSON.stringify({ scheduledTime: ContextAttribute.scheduledTime }),
        }),
        policyStatements: [
          new PolicyStatement({
            actions: ['states:StartExecution'],
            resources: [stateMachineArn],
          }),
        ],
        deadLetterQueue: this.dropped,
        retryAttempts: 3,
        maxEventAge: Duration.hours(1),
      }),
    })
  }
}
