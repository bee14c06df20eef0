import { ArnFormat, Stack } from 'aws-cdk-lib'
import { ArnPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { variables } from '../night/environment.ts'
import type { Network } from './network.ts'
import { letReadSecret } from './secret-rights.ts'
import { Serverless } from './serverless.ts'

/** A new Redshift Serverless, or a warehouse that is there. */
export type WarehouseConfig = (
  | { readonly kind: 'new'; readonly database: string; readonly baseCapacity: number }
  | ({ readonly kind: 'workgroup'; readonly workgroupArn: string } & Existing)
  | ({ readonly kind: 'cluster'; readonly cluster: string } & Existing)
) & {
  /** How many parts COPY loads at once; 4 unless said, as a cluster of two small nodes has. */
  readonly slices?: number
  /** A role in the database that may read what is published: of analysts, of Looker. Made if need be. */
  readonly readers?: string
}

interface Existing {
  readonly database: string
  /** The secret with the user and password that Usher works as. */
  readonly secretArn: string
  /** The key that the secret is encrypted with, where it is not AWS's own. */
  readonly secretKeyArn?: string
  /** A role of the warehouse's own that COPY reads the bucket with. */
  readonly copyRoleArn: string
}

export interface WarehouseProps {
  /** What a new warehouse is called. */
  readonly name: string
  readonly config: WarehouseConfig
  readonly key: IKey
  readonly bucket: IBucket
  /** Where a new warehouse stands. */
  readonly network: Network | undefined
  /** Other buckets that COPY reads; the role of a warehouse that is there must have them already. */
  readonly copiesFrom: readonly string[]
}

/** The Redshift that tables are loaded into, and what it takes to work there. */
export class Warehouse extends Construct {
  private readonly config: WarehouseConfig
  private readonly arn: string
  private readonly secretArn: string
  private readonly secretKeyArn: string | undefined
  private readonly copyRoleArn: string

  constructor(scope: Construct, id: string, props: WarehouseProps) {
    super(scope, id)
    const { name, config, key, bucket, copiesFrom, network } = props
    this.config = config
    if (config.kind === 'new') {
      if (!network) throw new Error('a new warehouse needs a network')
      const place = { name, key, bucket, copiesFrom, network }
      const made = new Serverless(this, 'Serverless', { ...config, ...place })
      this.arn = made.workgroupArn
      this.secretArn = made.secret.secretArn
      this.secretKeyArn = key.keyArn
      this.copyRoleArn = made.copyRole.roleArn
      return
    }
    this.arn = config.kind === 'workgroup' ? config.workgroupArn : this.clusterArn(config.cluster)
    this.secretArn = config.secretArn
    this.secretKeyArn = config.secretKeyArn
    this.copyRoleArn = config.copyRoleArn
    letRead(bucket, config.copyRoleArn)
  }

  /** Lets a function run transactions, and tells it where. */
  grantUse(fn: LambdaFunction): void {
    this.grant(fn, 'redshift-data:BatchExecuteStatement')
  }

  /** Lets a function run single statements, each committed by itself, and tells it where. */
  grantExecute(fn: LambdaFunction): void {
    this.grant(fn, 'redshift-data:ExecuteStatement')
  }

  /** Tells a function that extracts how many parts are loaded at once. */
  tellSlices(fn: LambdaFunction): void {
    const { slices } = this.config
    if (slices !== undefined) fn.addEnvironment(variables.slices, String(slices))
  }

  /** Tells a function which role is to read. */
  tellReaders(fn: LambdaFunction): void {
    const { readers } = this.config
    if (readers !== undefined) fn.addEnvironment(variables.readers, readers)
  }

  private grant(fn: LambdaFunction, submit: string): void {
    const { config } = this
    fn.addEnvironment(variables.database, config.database)
    fn.addEnvironment(variables.warehouseSecret, this.secretArn)
    fn.addEnvironment(variables.copyRole, this.copyRoleArn)
    if (config.kind === 'cluster') fn.addEnvironment(variables.cluster, config.cluster)
    else fn.addEnvironment(variables.workgroup, this.arn)
    letReadSecret(fn, this.secretArn, this.secretKeyArn)
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: [submit],
        resources: [this.arn],
      }),
    )
    fn.addToRolePolicy(
      new PolicyStatement({
        // These know no resource: whose the statement is says that it is the function's own.
        conditions: {
          // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM puts the caller in its place.
          StringEquals: { 'redshift-data:statement-owner-iam-userid': '${aws:userid}' },
        },
        actions: [
          'redshift-data:DescribeStatement',
          'redshift-data:GetStatementResult',
          'redshift-data:ListStatements',
        ],
        resources: ['*'],
      }),
    )
  }

  private clusterArn(cluster: string): string {
    return Stack.of(this).formatArn({
      service: 'redshift',
      resource: 'cluster',
      resourceName: cluster,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
  }
}

/** Lets a role that is not ours copy what a night has extracted. */
function letRead(bucket: IBucket, roleArn: string): void {
  const principals = [new ArnPrincipal(roleArn)]
  bucket.addToResourcePolicy(
    new PolicyStatement({
      ...{ sid: 'CopyReadsStaging', principals, actions: ['s3:GetObject'] },
      resources: [bucket.arnForObjects('staging/*')],
    }),
  )
  bucket.encryptionKey?.addToResourcePolicy(
    new PolicyStatement({
      ...{ sid: 'CopyReadsStaging', principals, actions: ['kms:Decrypt'], resources: ['*'] },
      conditions: { StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' } },
    }),
  )
  bucket.addToResourcePolicy(
    new PolicyStatement({
      ...{ sid: 'CopyListsStaging', principals, actions: ['s3:ListBucket'] },
      resources: [bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': 'staging/*' } },
    }),
  )
}
