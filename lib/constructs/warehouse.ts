import { ArnFormat, Stack } from 'aws-cdk-lib'
import { ArnPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { variables } from '../night/environment.ts'
import { READER } from '../redshift/setup/roles.ts'
import type { Login } from '../redshift/setup/step.ts'
import { letWrite } from './bucket-rights.ts'
import { loginSecret } from './login-secret.ts'
import type { Network } from './network.ts'
import { letDecrypt, letReadSecret } from './secret-rights.ts'
import { Serverless } from './serverless.ts'

/** A new Redshift Serverless, or a warehouse that is there. */
export type WarehouseConfig = (
  | { readonly kind: 'new'; readonly database: string; readonly baseCapacity: number }
  | ({ readonly kind: 'workgroup'; readonly workgroupArn: string } & Existing)
  | ({ readonly kind: 'cluster'; readonly cluster: string } & Existing)
) & {
  /** How many parts COPY loads at once; 4 unless said, as a cluster of two small nodes has. */
  readonly slices?: number
  /**
   * The role in the database that may read what is published, of analysts, of Looker: `usher_reader`
   * unless said where a deploy sets the warehouse up, and else none. Made if need be.
   */
  readonly readers?: string
}

interface Existing {
  readonly database: string
  /** The secret with the user and password that Usher works as. */
  readonly secretArn: string
  /** The key that the secret is encrypted with, where it is not AWS's own. */
  readonly secretKeyArn?: string
  /**
   * The secret of a superuser, as whom a deploy sets the warehouse up: that of `secretArn` is then the
   * user `usher`. Without it an administrator does, with what `npx usher setup --print` prints.
   */
  readonly adminSecretArn?: string
  /** The key that it is encrypted with, where it is not AWS's own. */
  readonly adminSecretKeyArn?: string
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
  /** Whether it writes to the bucket what jobs of Spark read. */
  readonly unloads?: boolean
}

/** Who sets a warehouse up, and the secrets of the users that this makes. */
export interface Administration {
  /** The ARN of the superuser's secret, or its name. */
  readonly secret: string
  /** The ARN that IAM knows it by. */
  readonly secretArn: string
  /** The keys that it, and those of the users, are encrypted with. */
  readonly keyArns: readonly string[]
  readonly secrets: Readonly<Record<Login, string>>
}

/** Where UNLOAD writes what jobs of Spark read. */
const UNLOADED = 'staging/spark/*/in/*'

/** The Redshift that tables are loaded into, and what it takes to work there. */
export class Warehouse extends Construct {
  readonly copyRoleArn: string
  /** Absent where it was there before. */
  readonly made: Serverless | undefined
  /** Absent where no deploy sets it up. */
  readonly administration: Administration | undefined
  private readonly config: WarehouseConfig
  private readonly arn: string
  private readonly secretArn: string
  private readonly secretKeyArn: string | undefined

  constructor(scope: Construct, id: string, props: WarehouseProps) {
    super(scope, id)
    const { name, config, key, bucket, copiesFrom, network, unloads = false } = props
    this.config = config
    if (config.kind === 'new') {
      if (!network) throw new Error('a new warehouse needs a network')
      const place = { name, key, bucket, copiesFrom, network }
      const made = new Serverless(this, 'Serverless', { ...config, ...place })
      this.made = made
      if (unloads) letWrite(made.copyRole, bucket, UNLOADED)
      this.arn = made.workgroupArn
      this.secretArn = loginSecret(this, 'Login', 'usher', key).secretArn
      this.secretKeyArn = key.keyArn
      this.copyRoleArn = made.copyRole.roleArn
      this.administration = {
        ...{ secret: made.adminSecret, secretArn: made.adminSecretArn, keyArns: [key.keyArn] },
        secrets: {
          usher: this.secretArn,
          looker: loginSecret(this, 'Looker', 'looker', key).secretArn,
        },
      }
      return
    }
    this.arn = config.kind === 'workgroup' ? config.workgroupArn : this.clusterArn(config.cluster)
    this.secretArn = config.secretArn
    this.secretKeyArn = config.secretKeyArn
    this.copyRoleArn = config.copyRoleArn
    letRead(bucket, config.copyRoleArn)
    if (unloads) letUnload(bucket, config.copyRoleArn)
    const { adminSecretArn, adminSecretKeyArn, secretKeyArn } = config
    if (!adminSecretArn) return
    const others = [adminSecretKeyArn, secretKeyArn].filter((arn) => arn !== undefined)
    this.administration = {
      ...{ secret: adminSecretArn, secretArn: adminSecretArn },
      keyArns: [...new Set([key.keyArn, ...others])],
      secrets: {
        usher: this.secretArn,
        looker: loginSecret(this, 'Looker', 'looker', key).secretArn,
      },
    }
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

  /** Lets a function set the warehouse up as its administrator, and tells it where. */
  grantSetup(fn: LambdaFunction): void {
    const { administration } = this
    if (!administration) throw new Error('nobody is known who administers the warehouse')
    const { secret, secretArn, keyArns, secrets } = administration
    this.tell(fn, secret)
    for (const arn of [secretArn, secrets.usher, secrets.looker]) letReadSecret(fn, arn)
    for (const keyArn of keyArns) letDecrypt(fn, keyArn)
    this.letSubmit(fn, 'redshift-data:BatchExecuteStatement')
  }

  /** Tells a function which role is to read. */
  tellReaders(fn: LambdaFunction): void {
    const readers = readersOf(this.config)
    if (readers !== undefined) fn.addEnvironment(variables.readers, readers)
  }

  /** Tells a function what the warehouse costs while it works, where it is Usher's own. */
  tellCapacity(fn: LambdaFunction): void {
    const { config } = this
    if (config.kind === 'new') fn.addEnvironment(variables.capacity, String(config.baseCapacity))
  }

  private grant(fn: LambdaFunction, submit: string): void {
    this.tell(fn, this.secretArn)
    fn.addEnvironment(variables.copyRole, this.copyRoleArn)
    letReadSecret(fn, this.secretArn, this.secretKeyArn)
    this.letSubmit(fn, submit)
  }

  private tell(fn: LambdaFunction, secret: string): void {
    const { config } = this
    fn.addEnvironment(variables.database, config.database)
    fn.addEnvironment(variables.warehouseSecret, secret)
    if (config.kind === 'cluster') fn.addEnvironment(variables.cluster, config.cluster)
    else fn.addEnvironment(variables.workgroup, this.arn)
  }

  private letSubmit(fn: LambdaFunction, submit: string): void {
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

/** The role of those who only read, where there is one. */
export const readersOf = (config: WarehouseConfig): string | undefined =>
  config.readers ?? (config.kind === 'new' || config.adminSecretArn ? READER : undefined)

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

/** Lets a role that is not ours write what jobs of Spark read. */
function letUnload(bucket: IBucket, roleArn: string): void {
  const principals = [new ArnPrincipal(roleArn)]
  bucket.addToResourcePolicy(
    new PolicyStatement({
      ...{ sid: 'UnloadWrites', principals },
      actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
      resources: [bucket.arnForObjects(UNLOADED)],
    }),
  )
  bucket.encryptionKey?.addToResourcePolicy(
    new PolicyStatement({
      ...{ sid: 'UnloadWrites', principals },
      ...{ actions: ['kms:GenerateDataKey'], resources: ['*'] },
      conditions: { StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' } },
    }),
  )
}
