import { Duration, TimeZone } from 'aws-cdk-lib'
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler'
import { ScheduleTargetBase, type ScheduleTargetBaseProps } from 'aws-cdk-lib/aws-scheduler-targets'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { variables } from '../../night/environment.ts'
import type { FailureTopic } from '../failure-topic.ts'
import type { NightMachine } from '../night-machine.ts'
import type { TimeOfDay } from '../nightly-schedule.ts'
import type { TaskFunction } from '../task-function.ts'

export interface WatchProps {
  /** The function that looks. */
  readonly fn: TaskFunction
  readonly night: NightMachine
  readonly topic: FailureTopic
  readonly startsAt: TimeOfDay
  readonly doneBy: TimeOfDay
  readonly timeZone: string
  /** Run dates after which a table that was not complete since is stale. */
  readonly staleAfter: number
  /** Where starts lie that could not be delivered. */
  readonly dropped: IQueue
}

/** Looks each day, when people begin to, whether the night is complete, and tells the topic if not. */
export class Watch extends Construct {
  constructor(scope: Construct, id: string, props: WatchProps) {
    super(scope, id)
    const { fn, night, topic, startsAt, doneBy, timeZone } = props
    fn.addEnvironment(variables.timeZone, timeZone)
    fn.addEnvironment(variables.topic, topic.topic.topicArn)
    fn.addEnvironment(variables.staleAfter, String(props.staleAfter))
    topic.letPublish(fn)
    night.letAsk(fn)
    const minutes = ({ hour, minute }: TimeOfDay) => hour * 60 + minute
    new Schedule(this, 'Schedule', {
      description: 'Looks whether the night of Usher is complete',
      schedule: ScheduleExpression.cron({
        hour: String(doneBy.hour),
        minute: String(doneBy.minute),
        timeZone: TimeZone.of(timeZone),
      }),
      target: new InvokeTarget(fn, {
        input: ScheduleTargetInput.fromObject({
          scheduledTime: ContextAttribute.scheduledTime,
          overMidnight: minutes(doneBy) <= minutes(startsAt),
        }),
        deadLetterQueue: props.dropped,
        retryAttempts: 3,
        maxEventAge: Duration.hours(1),
      }),
    })
  }
}

/** Starts a function, and no version of it: CDK's own target may start all of them. */
class InvokeTarget extends ScheduleTargetBase {
  constructor(fn: IFunction, props: ScheduleTargetBaseProps) {
    super(props, fn.functionArn)
  }

  protected override addTargetActionToRole(role: IRole): void {
    const actions = ['lambda:InvokeFunction']
    role.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [this.targetArn] }))
  }
}
