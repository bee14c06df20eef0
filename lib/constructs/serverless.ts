import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2'
import { CompositePrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { CfnNamespace, CfnWorkgroup } from 'aws-cdk-lib/aws-redshiftserverless'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
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

/** The superuser, as whom nothing works but the set-up. */
const ADMINISTRATOR = 'usher_admin'

/** Seconds after which any query is ended: nobody waits that long for one. */
const LONGEST_QUERY = 14_400

/** A Redshift Serverless of our own, which nobody reaches but by the Data API unless let in. */
export class Serverless extends Construct {
  readonly workgroupArn: string
  /** What clients connect to, at the port 5439. */
  readonly host: string
  /** Whoever is to connect must be let in by it. */
  readonly securityGroup: SecurityGroup
  /** The name of the administrator's secret, which Redshift keeps, and changes every 30 days. */
  readonly adminSecret: string
  readonly adminSecretArn: string
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
    // CloudFormation tells no ARN of it: this is how Redshift names it.
    this.adminSecret = `redshift!${props.name}-${ADMINISTRATOR}`
    this.adminSecretArn = Stack.of(this).formatArn({
      ...{ service: 'secretsmanager', resource: 'secret' },
      resourceName: `${this.adminSecret}-??????`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    const namespace = new CfnNamespace(this, 'Namespace', {
      namespaceName: props.name,
      dbName: props.database,
      adminUsername: ADMINISTRATOR,
      manageAdminPassword: true,
      adminPasswordSecretKmsKeyId: props.key.keyArn,
      kmsKeyId: props.key.keyArn,
      iamRoles: [this.copyRole.roleArn],
      defaultIamRoleArn: this.copyRole.roleArn,
      logExports: ['userlog', 'connectionlog', 'useractivitylog'],
    })
    namespace.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.network.vpc,
      description: 'Lets nobody in: Usher comes by the Data API',
    })
    const workgroup = new CfnWorkgroup(this, 'Workgroup', {
      workgroupName: props.name,
      namespaceName: namespace.ref,
      baseCapacity: props.baseCapacity,
      publiclyAccessible: false,
      // COPY too stays in the VPC.
      enhancedVpcRouting: true,
      configParameters: [
        { parameterKey: 'require_ssl', parameterValue: 'true' },
        { parameterKey: 'max_query_execution_time', parameterValue: String(LONGEST_QUERY) },
      ],
      subnetIds: props.network.subnets.map(({ subnetId }) => subnetId),
      securityGroupIds: [this.securityGroup.securityGroupId],
    })
    workgroup.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    this.workgroupArn = workgroup.attrWorkgroupWorkgroupArn
    this.host = workgroup.attrWorkgroupEndpointAddress
  }
}
