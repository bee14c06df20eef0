import { fileURLToPath } from 'node:url'
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { nodeOptions } from '../night/environment.ts'
import { bundling } from './bundling.ts'
import type { Network } from './network.ts'

export interface TaskFunctionProps {
  /** The file in `lambdas/`, without its ending. */
  readonly entry: string
  readonly description: string
  /** Megabytes. A whole CPU comes with 1769 of them. */
  readonly memory: number
  /** 15 at most. */
  readonly minutes: number
  /** npm packages that this function never loads: the clients of other sources. */
  readonly without?: readonly string[]
  /** The file whose tables it knows in place of all of the warehouse. */
  readonly tables?: string | undefined
  readonly logRetention: RetentionDays
  readonly place?: Place | undefined
  /** How many of it run at once, at most: so many as are then kept from all others of the account. */
  readonly atOnce?: number | undefined
}

/** Where in a VPC a function stands. */
export interface Place {
  readonly network: Network
  readonly groups: readonly ISecurityGroup[]
}

/** A Lambda function of a file in `lambdas/`, bundled by esbuild, with a role and log of its own. */
export class TaskFunction extends NodejsFunction {
  /** Its memory. */
  readonly megabytes: number
  readonly logs: LogGroup

  constructor(scope: Construct, id: string, props: TaskFunctionProps) {
    const home = new Construct(scope, `${id} home`)
    const role = new Role(home, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    const logGroup = new LogGroup(home, 'Log', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
    logGroup.grantWrite(role)
    if (props.place) for (const statement of interfacesInVpc()) role.addToPolicy(statement)
    super(scope, id, {
      entry: fileURLToPath(new URL(`../../lambdas/${props.entry}.ts`, import.meta.url)),
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memory,
      timeout: Duration.minutes(props.minutes),
      reservedConcurrentExecutions: props.atOnce,
      role,
      logGroup,
      // No tracing of its own: the machine's trace has each state, which is one call of one function, and
      // what it did inside it logs with the time it took. X-Ray would add a right to all roles, a cost to
      // all calls, and no more than the time that loading the function took.
      // Lambda's own lines, as those of the function are.
      loggingFormat: LoggingFormat.JSON,
      environment: { NODE_OPTIONS: nodeOptions(props.memory) },
      ...(props.place && inVpc(props.place)),
      bundling: {
        ...bundling,
        externalModules: [...(props.without ?? [])],
        ...(props.tables && { esbuildArgs: { '--alias:#warehouse': props.tables } }),
      },
    })
    this.megabytes = props.memory
    this.logs = logGroup
  }
}

const inVpc = ({ network, groups }: Place) => ({
  vpc: network.vpc,
  vpcSubnets: { subnets: [...network.subnets] },
  securityGroups: [...groups],
})

/**
 * What Lambda needs to put a function into a VPC; these actions know no narrower resource. What the
 * function's own code asks for comes with the function's ARN, and is refused.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
function interfacesInVpc(): PolicyStatement[] {
  const actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
  ]
  const conditions = { Null: { 'lambda:SourceFunctionArn': 'false' } }
  return [
    new PolicyStatement({ actions, resources: ['*'] }),
    new PolicyStatement({ effect: Effect.DENY, actions, resources: ['*'], conditions }),
  ]
}
