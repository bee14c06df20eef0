import { ArnFormat, Aws, Stack } from 'aws-cdk-lib'
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events'
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets'
import { type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { runbook } from '../night/runbooks.ts'

export interface FailureTopicProps {
  readonly emails: readonly string[]
  /** A letter may hold a value that was refused, so it is encrypted where it lies. */
  readonly key: IKey
  /** Where runbooks are. */
  readonly runbooks: string | undefined
}

/** The topic that hears of a night that is incomplete, timed out, or was stopped by somebody. */
export class FailureTopic extends Construct {
  readonly topic: Topic
  private readonly key: IKey
  private readonly runbooks: string | undefined

  constructor(scope: Construct, id: string, props: FailureTopicProps) {
    super(scope, id)
    const { emails, key, runbooks } = props
    this.key = key
    this.runbooks = runbooks
    this.topic = new Topic(this, 'Topic', {
      ...{ enforceSSL: true, displayName: 'Usher', masterKey: key },
    })
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email))
  }

  /** Lets somebody send to the topic. */
  letPublish({ grantPrincipal }: IGrantable): void {
    const allow = (actions: string[], resource: string) =>
      grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [resource] }))
    allow(['sns:Publish'], this.topic.topicArn)
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], this.key.keyArn)
  }

  /** Lets CloudWatch send to the topic when alarms of these names say so. */
  letAlarmsTell(names: string): void {
    const alarms = Stack.of(this).formatArn({
      ...{ service: 'cloudwatch', resource: 'alarm', resourceName: names },
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsTell',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: {
          ArnLike: { 'aws:SourceArn': alarms },
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        },
      }),
    )
  }

  /**
   * Has the topic hear how executions of a machine end, unless it was told by the night itself: that
   * can tell nothing where it was stopped, or failed before it had looked what is complete.
   */
  hear(machine: StateMachine): void {
    const ended = (...status: string[]) => ({ stateMachineArn: [machine.stateMachineArn], status })
    const event = (path: string) => EventField.fromPath(`$.detail.${path}`)
    new Rule(this, 'Rule', {
      description: 'Tells of nights that could not tell of themselves',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          $or: [
            ended('TIMED_OUT', 'ABORTED'),
            {
              ...ended('FAILED'),
              error: [{ 'anything-but': ['NightIncomplete'] }, { exists: false }],
            },
          ],
        },
      },
      targets: [
        new SnsTopic(this.topic, {
          message: RuleTargetInput.fromText(
            `The night ${event('name')} ended as ${event('status')}. ${event('cause')} (${event('executionArn')}) Runbook: ${runbook('night-untold', this.runbooks)}`,
          ),
        }),
      ],
    })
  }
}
