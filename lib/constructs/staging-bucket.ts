import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'

export interface StagingBucketProps {
  readonly key: IKey
  /** Days that what a load did not delete is kept. */
  readonly staging: number
  /** Days that what nights noted of failures is kept. */
  readonly runs: number
  /** Days that it is known who asked for which object. */
  readonly logs: number
}

/**
 * The bucket that rows pass through. What a load did not delete, because it failed, is kept for some
 * days, for a person to look at; receipts stay.
 */
export class StagingBucket extends Bucket {
  constructor(scope: Construct, id: string, props: StagingBucketProps) {
    const home = new Construct(scope, `${id} home`)
    const common = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    }
    super(scope, id, {
      ...common,
      encryption: BucketEncryption.KMS,
      encryptionKey: props.key,
      // One call of the key for many objects, where each would cost one.
      bucketKeyEnabled: true,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        { prefix: 'staging/', expiration: Duration.days(props.staging) },
        { prefix: 'runs/', expiration: Duration.days(props.runs) },
      ],
      serverAccessLogsBucket: new Bucket(home, 'Access', {
        ...common,
        // S3 writes its logs with no other key.
        encryption: BucketEncryption.S3_MANAGED,
        lifecycleRules: [{ expiration: Duration.days(props.logs) }],
      }),
    })
  }
}
