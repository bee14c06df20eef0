import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'

/** A bucket that others own and write to. */
export class SourceBucket extends Construct {
  private readonly arn: string

  constructor(scope: Construct, id: string, name: string) {
    super(scope, id)
    this.arn = Bucket.fromBucketName(this, 'Bucket', name).bucketArn
  }

  /** Lets somebody list it and read its files, which is less than a bucket's own grant gives. */
  grantRead(reader: IGrantable): void {
    const allow = (action: string, resource: string) =>
      reader.grantPrincipal.addToPrincipalPolicy(
        new PolicyStatement({ actions: [action], resources: [resource] }),
      )
    allow('s3:ListBucket', this.arn)
    allow('s3:GetObject', `${this.arn}/*`)
  }
}
