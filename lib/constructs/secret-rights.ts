import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam'

/**
 * Lets somebody read secrets that an ARN names, and use the key that they are encrypted with, where it is
 * not AWS's own. A secret's own grant would change the policy of the key, which is of another stack.
 */
export function letReadSecret(to: IGrantable, arn: string, keyArn?: string): void {
  allow(to, 'secretsmanager:GetSecretValue', arn)
  if (keyArn) letDecrypt(to, keyArn)
}

/** Lets somebody use a key to read what they may read. */
export const letDecrypt = (to: IGrantable, keyArn: string): void => allow(to, 'kms:Decrypt', keyArn)

function allow({ grantPrincipal }: IGrantable, action: string, resource: string): void {
  grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: [action], resources: [resource] }),
  )
}
