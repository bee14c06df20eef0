import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam'

/**
 * Lets somebody read secrets that an ARN names, and use the key that they are encrypted with, where it is
 * not AWS's own. A secret's own grant would change the policy of the key, which is of another stack.
 */
export function letReadSecret({ grantPrincipal }: IGrantable, arn: string, keyArn?: string): void {
  const allow = (action: string, resource: string) =>
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: [action], resources: [resource] }),
    )
  allow('secretsmanager:GetSecretValue', arn)
  if (keyArn) allow('kms:Decrypt', keyArn)
}
