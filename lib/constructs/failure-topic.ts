import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events'
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'

export interface FailureTopicProps {
  readonly machine: StateMachine
  readonly emails: readonly string[]
}

/** The topic that hears of a night that failed, timed out, or was stopped by somebody. */
export class FailureTopic extends Construct {
  readonly topic: Topic

  constructor(scope: Construct, id: string, { machine, emails }: FailureTopicProps) {
    super(scope, id)
    this.topic = new Topic(this, 'Topic', { enforceSSL: true, displayName: 'Usher' })
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email))
    const event = (path: string) => EventField.fromPath(`$.detail.${path}`)
    new Rule(this, 'Rule', {
      description: 'Tells of nights that did not succeed',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [machine.stateMachineArn],
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      targets: [
        new SnsTopic(this.topic, {
          message: RuleTargetInput.fromText(
            `The night ${event('name')} ended as ${event('status')}. ${event('cause')}`,
          ),
        }),
      ],
    })
  }
}
