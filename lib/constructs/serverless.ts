import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2'
import { CompositePrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { CfnNamespace, CfnWorkgroup } from 'aws-cdk-lib/aws-redshiftserverless'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { letRead } from './bucket-rights.ts'
import type { Network } from './network.ts'
import { SourceBucket } from './source-bucket.ts'

export interface ServerlessProps {
  /** The name of the namespace and of the workgroup. */
  readonly name: string
  readonly database: string
  /** Redshift Processing Units: 4, or 8 to 512 in steps of 8. */
  readonly baseCapacity: number
  readonly key: IKey
  readonly network: Network
  /** What COPY may read. */
  readonly bucket: IBucket
  /** The names of other buckets that it may read. */
  readonly copiesFrom: readonly string[]
}

/** A Redshift Serverless of our own, which nobody reaches but by the Data API unless let in. */
export class Serverless extends Construct {
  readonly workgroupArn: string
  readonly secret: Secret
  readonly copyRole: Role

  constructor(scope: Construct, id: string, props: ServerlessProps) {
    super(scope, id)
    this.copyRole = new Role(this, 'CopyRole', {
      description: 'COPY reads the files of a night with it',
      assumedBy: new CompositePrincipal(
        new ServicePrincipal('redshift.amazonaws.com'),
        new ServicePrincipal('redshift-serverless.amazonaws.com'),
      ),
    })
    letRead(this.copyRole, props.bucket, 'staging/*')
    for (const other of props.copiesFrom) {
      new SourceBucket(this, other, other).grantRead(this.copyRole)
    }
    this.secret = new Secret(this, 'Admin', {
      description: `The user that Usher works as in the Redshift namespace ${props.name}`,
      encryptionKey: props.key,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: 'usher' }),
        generateStringKey: 'password',
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    })
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The warehouse is told the password on deploy: it is changed there, not by a function.',
    })
    const namespace = new CfnNamespace(this, 'Namespace', {
      namespaceName: props.name,
      dbName: props.database,
      adminUsername: 'usher',
      // A reference that CloudFormation resolves; the password is in no template.
      adminUserPassword: this.secret.secretValueFromJson('password').unsafeUnwrap(),
      kmsKeyId: props.key.keyArn,
      iamRoles: [this.copyRole.roleArn],
      defaultIamRoleArn: this.copyRole.roleArn,
      logExports: ['userlog', 'connectionlog', 'useractivitylog'],
    })
    namespace.applyRemovalPolicy(RemovalPolicy.RETAIN)
    const workgroup = new CfnWorkgroup(this, 'Workgroup', {
      workgroupName: props.name,
      namespaceName: namespace.ref,
      baseCapacity: props.baseCapacity,
      publiclyAccessible: false,
      // COPY too stays in the VPC.
      enhancedVpcRouting: true,
      configParameters: [{ parameterKey: 'require_ssl', parameterValue: 'true' }],
      subnetIds: props.network.subnets.map(({ subnetId }) => subnetId),
      securityGroupIds: [this.group(props.network).securityGroupId],
    })
    workgroup.applyRemovalPolicy(RemovalPolicy.RETAIN)
    this.workgroupArn = workgroup.attrWorkgroupWorkgroupArn
  }

  private group({ vpc }: Network): SecurityGroup {
    return new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Lets nobody in: Usher comes by the Data API',
    })
  }
}
