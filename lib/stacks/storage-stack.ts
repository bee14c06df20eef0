import { CfnOutput, Fn, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import { Network } from '../constructs/network.ts'
import { StagingBucket } from '../constructs/staging-bucket.ts'
import { Warehouse } from '../constructs/warehouse.ts'
import { retentionOf } from './retention.ts'
import type { Stage } from './stage.ts'

export interface StorageStackProps extends StackProps {
  readonly stage: Stage
  /** Other buckets that COPY reads. */
  readonly copiesFrom?: readonly string[]
  /** Whether the warehouse writes to the bucket what jobs of Spark read. */
  readonly unloads?: boolean
}

/**
 * What outlives every deploy: the key, the network, the bucket and the warehouse. Where the first deploy
 * fails, all that it made goes, so that it can be tried again.
 */
export class StorageStack extends Stack {
  readonly key: Key
  readonly bucket: StagingBucket
  readonly warehouse: Warehouse
  /** Where functions reach sources in a VPC; none where nothing asks for it. */
  readonly network: Network | undefined

  constructor(scope: Construct, id: string, props: StorageStackProps) {
    super(scope, id, props)
    const { stage, copiesFrom = [], unloads } = props
    const { warehouse: config, vpc } = stage
    const retention = retentionOf(stage)
    this.key = new Key(this, 'Key', {
      alias: `usher-${stage.name}`,
      description: `What Usher keeps for ${stage.name}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
    this.letServicesTell()
    this.bucket = new StagingBucket(this, 'Staging', { key: this.key, ...retention })
    this.network =
      vpc || config.kind === 'new'
        ? new Network(this, 'Network', {
            config: vpc ?? { kind: 'new' },
            logRetention: retention.logs,
          })
        : undefined
    this.warehouse = new Warehouse(this, 'Warehouse', {
      name: `usher-${stage.name}`,
      ...{ config, copiesFrom, unloads, key: this.key, bucket: this.bucket, network: this.network },
    })
    this.tellHowToConnect()
  }

  /** What people need to connect Looker: docs/warehouse-setup.md. */
  private tellHowToConnect(): void {
    const { made, administration } = this.warehouse
    const outputs = {
      ...(made && {
        WarehouseHost: made.host,
        WarehouseSecurityGroup: made.securityGroup.securityGroupId,
      }),
      ...(administration && { LookerSecret: administration.secrets.looker }),
    }
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value })
  }

  /** The services that send to the topic of failures must be able to encrypt what they send. */
  private letServicesTell(): void {
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'ServicesTell',
        principals: ['events', 'cloudwatch'].map(
          (service) => new ServicePrincipal(`${service}.amazonaws.com`),
        ),
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        // The key itself. Not all services say for which account they ask, so no condition says it.
        resources: ['*'],
      }),
    )
  }

  /** The three zones that Redshift Serverless asks for, without a look-up in an account. */
  override get availabilityZones(): string[] {
    return [0, 1, 2].map((index) => Fn.select(index, Fn.getAzs()))
  }
}
