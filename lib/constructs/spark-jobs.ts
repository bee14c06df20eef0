import { fileURLToPath } from 'node:url'
import { ArnFormat, Aws, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { CfnApplication } from 'aws-cdk-lib/aws-emrserverless'
import { type IGrantable, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Asset } from 'aws-cdk-lib/aws-s3-assets'
import { Construct } from 'constructs'
import type { Definition } from '../table/definition.ts'
import { letDelete, letGet, letRead, letWrite } from './bucket-rights.ts'
import { letHear } from './sync-rule.ts'

export interface SparkJobsProps {
  /** What the application is called. */
  readonly name: string
  readonly bucket: IBucket
  readonly logRetention: RetentionDays
}

/** Spark 3.5, with Python 3.9. */
const RELEASE = 'emr-7.11.0'

/** What all jobs may have at one time: as much as a new account may use, and a limit to what a mistake costs. */
const MOST = { cpu: '16 vCPU', memory: '128 GB', disk: '400 GB' } as const

/** Where jobs read and write, below the prefixes of attempts. */
const PLACE = 'staging/spark/*'

/**
 * An application of EMR Serverless, and the role that its jobs have: they read what was unloaded and
 * their scripts, write what they give, and reach nothing else. It has no VPC, so no way leads from it to
 * the internet.
 */
export class SparkJobs extends Construct {
  /** What stands in the definition of a machine, by the names of placeholders. */
  readonly substitutions: Record<string, string>
  private readonly application: CfnApplication
  private readonly role: Role
  private readonly scripts = new Map<string, string>()

  constructor(scope: Construct, id: string, props: SparkJobsProps) {
    super(scope, id)
    const { name, bucket } = props
    const log = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.application = new CfnApplication(this, 'Application', {
      name,
      type: 'SPARK',
      releaseLabel: RELEASE,
      architecture: 'ARM64',
      maximumCapacity: MOST,
      // Nothing is kept ready: a job waits a minute or two for its workers, and a day without jobs is free.
      autoStartConfiguration: { enabled: true },
      autoStopConfiguration: { enabled: true, idleTimeoutMinutes: 5 },
      monitoringConfiguration: {
        cloudWatchLoggingConfiguration: { enabled: true, logGroupName: log.logGroupName },
        managedPersistenceMonitoringConfiguration: { enabled: false },
      },
    })
    this.role = new Role(this, 'Role', {
      description: 'What jobs of Spark may do',
      assumedBy: new ServicePrincipal('emr-serverless.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: { 'aws:SourceArn': this.application.attrArn },
        },
      }),
    })
    letRead(this.role, bucket, `${PLACE}/job.json`, `${PLACE}/in/*`, `${PLACE}/out/*`)
    // Beside a folder, EMR may write an object that says that it is one.
    const folder = `${PLACE}/out_$folder$`
    letWrite(this.role, bucket, `${PLACE}/out/*`, folder)
    letDelete(this.role, bucket, `${PLACE}/out/*`, folder)
    letLog(this.role, log)
    const job = new Asset(this, 'Job', {
      path: fileURLToPath(new URL('../spark/job.py', import.meta.url)),
    })
    this.letReadAsset(job)
    this.substitutions = {
      SparkApplication: this.application.attrApplicationId,
      SparkRole: this.role.roleArn,
      SparkJob: job.s3ObjectUrl,
    }
  }

  /** The placeholder of the script of a table. */
  scriptOf({ id, made }: Definition): string {
    if (made.by !== 'spark') throw new Error(`${id} is not made by Spark`)
    const known = this.scripts.get(id)
    if (known) return known
    const asset = new Asset(this, `Script of ${id}`, { path: fileURLToPath(made.script) })
    this.letReadAsset(asset)
    const name = `SparkScript${this.scripts.size + 1}`
    this.scripts.set(id, name)
    this.substitutions[name] = asset.s3ObjectUrl
    return name
  }

  /**
   * Lets a state machine run jobs and await their end.
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/emr-serverless-iam.html
   */
  letRun({ grantPrincipal }: IGrantable): void {
    const { attrArn } = this.application
    const allow = (statement: PolicyStatement) => grantPrincipal.addToPrincipalPolicy(statement)
    allow(new PolicyStatement({ actions: ['emr-serverless:StartJobRun'], resources: [attrArn] }))
    allow(
      new PolicyStatement({
        actions: ['emr-serverless:GetJobRun', 'emr-serverless:CancelJobRun'],
        resources: [`${attrArn}/jobruns/*`],
      }),
    )
    allow(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: {
          StringEquals: { 'iam:PassedToService': 'emr-serverless.amazonaws.com' },
        },
      }),
    )
    letHear({ grantPrincipal }, this, 'StepFunctionsGetEventsForEMRServerlessJobRule')
  }

  private letReadAsset({ bucket, s3ObjectKey }: Asset): void {
    letGet(this.role, bucket, s3ObjectKey)
  }
}

/**
 * What a job needs to write its log.
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/logging.html
 */
function letLog(role: Role, log: LogGroup): void {
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      resources: [log.logGroupArn],
    }),
  )
  const groups = Stack.of(role).formatArn({
    ...{ service: 'logs', resource: 'log-group', resourceName: '*' },
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  })
  role.addToPolicy(
    new PolicyStatement({ actions: ['logs:DescribeLogGroups'], resources: [groups] }),
  )
}
