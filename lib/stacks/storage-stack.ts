import { Fn, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { StagingBucket } from '../constructs/staging-bucket.ts'
import { Warehouse } from '../constructs/warehouse.ts'
import type { Stage } from './stage.ts'

export interface StorageStackProps extends StackProps {
  readonly stage: Stage
  /** Other buckets that COPY reads. */
  readonly copiesFrom?: readonly string[]
}

/** What outlives every deploy: the bucket and the warehouse. */
export class StorageStack extends Stack {
  readonly bucket: StagingBucket
  readonly warehouse: Warehouse

  constructor(scope: Construct, id: string, props: StorageStackProps) {
    super(scope, id, props)
    const { name, warehouse: config } = props.stage
    this.bucket = new StagingBucket(this, 'Staging')
    this.warehouse = new Warehouse(this, 'Warehouse', {
      name: `usher-${name}`,
      config,
      bucket: this.bucket,
      copiesFrom: props.copiesFrom ?? [],
    })
  }

  /** The three zones that Redshift Serverless asks for, without a look-up in an account. */
  override get availabilityZones(): string[] {
    return [0, 1, 2].map((index) => Fn.select(index, Fn.getAzs()))
  }
}
