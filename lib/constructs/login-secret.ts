import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import type { Login } from '../redshift/setup/step.ts'

/** A secret with a password that is made for a user of the database, which the set-up tells the warehouse. */
export function loginSecret(scope: Construct, id: string, login: Login, key: IKey): Secret {
  const secret = new Secret(scope, id, {
    description: `The user ${login} of the warehouse that Usher fills`,
    encryptionKey: key,
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ username: login }),
      generateStringKey: 'password',
      excludePunctuation: true,
    },
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  })
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason:
      'The set-up tells the warehouse a hash of it: docs/warehouse-setup.md says how it is changed.',
  })
  return secret
}
