import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'

/**
 * The bucket that rows pass through. What a load did not delete, because it failed, is kept for a
 * week, for a person to look at; receipts stay.
 */
export class StagingBucket extends Bucket {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        { prefix: 'staging/', expiration: Duration.days(7) },
        { prefix: 'runs/', expiration: Duration.days(90) },
      ],
    })
  }
}
