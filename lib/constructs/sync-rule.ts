import { Stack } from 'aws-cdk-lib'
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'

/**
 * Lets a state machine keep the rule, of a name that Step Functions gives it, by which it hears that what
 * it awaits has ended.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
 */
export function letHear({ grantPrincipal }: IGrantable, scope: Construct, rule: string): void {
  grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [
        Stack.of(scope).formatArn({ service: 'events', resource: 'rule', resourceName: rule }),
      ],
    }),
  )
}
