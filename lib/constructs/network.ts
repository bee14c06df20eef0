import { CfnOutput } from 'aws-cdk-lib'
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  Port,
  SecurityGroup,
  Subnet,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'

/** A VPC of Usher's own, or one that is there. */
export type VpcConfig =
  | {
      readonly kind: 'new'
      /** Its addresses: `10.0.0.0/16` unless said, which must not be those of a VPC it is peered with. */
      readonly cidr?: string
    }
  | {
      readonly kind: 'existing'
      readonly vpcId: string
      /** The zones of the subnets, in their order. */
      readonly availabilityZones: readonly string[]
      readonly subnetIds: readonly string[]
      /** What the subnets have no way to yet: Usher makes an endpoint of each. */
      readonly endpoints?: readonly Endpoint[]
      /** The route tables of the subnets, in their order, that an endpoint of S3 is put into. */
      readonly routeTableIds?: readonly string[]
    }

export type Endpoint = 's3' | 'secretsmanager'

export interface NetworkProps {
  readonly config: VpcConfig
  readonly logRetention: RetentionDays
}

/**
 * Where functions stand that reach a source in a VPC, and a new warehouse. No way leads from here to the
 * internet, nor needs to: S3 and Secrets Manager, all that such functions ask besides their source, are
 * reached by endpoints.
 */
export class Network extends Construct {
  readonly vpc: IVpc
  readonly subnets: readonly ISubnet[]
  /** Whether the way to Secrets Manager is ours. */
  private readonly makesSecrets: boolean
  private endpoint: InterfaceVpcEndpoint | undefined
  private readonly groups = new Map<string, readonly ISecurityGroup[]>()
  private readonly given = new Map<string, ISecurityGroup>()

  constructor(scope: Construct, id: string, { config, logRetention }: NetworkProps) {
    super(scope, id)
    if (config.kind === 'new') {
      this.vpc = this.make(config.cidr, logRetention)
      this.subnets = this.vpc.isolatedSubnets
      this.makesSecrets = true
      this.addS3()
      return
    }
    const { vpcId, availabilityZones, subnetIds, routeTableIds, endpoints = [] } = config
    this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId,
      availabilityZones: [...availabilityZones],
    })
    this.subnets = subnetIds.map((subnetId, at) =>
      Subnet.fromSubnetAttributes(this, subnetId, {
        subnetId,
        availabilityZone: availabilityZones[at] ?? '',
        // Nothing is routed unless an endpoint is made; without an id CDK warns.
        routeTableId: routeTableIds?.[at] ?? 'not routed',
      }),
    )
    this.makesSecrets = endpoints.includes('secretsmanager')
    if (endpoints.includes('s3')) this.addS3()
  }

  /**
   * The security groups of the functions that read a source: those given, or one of their own, which
   * lets nobody in and which the source must let in.
   */
  groupsOf(source: string, given: readonly string[] = []): readonly ISecurityGroup[] {
    const there = this.groups.get(source)
    if (there) return there
    const groups =
      given.length > 0
        ? given.map((id) => this.given.get(id) ?? this.import(id))
        : [this.groupFor(source)]
    this.groups.set(source, groups)
    return groups
  }

  private groupFor(source: string): SecurityGroup {
    const group = new SecurityGroup(this, source, {
      vpc: this.vpc,
      description: `Reads ${source}`,
    })
    new CfnOutput(this, `Group of ${source}`, {
      value: group.securityGroupId,
      description: `The security group that ${source} must let in`,
    })
    return this.letIn(group, `Functions that read ${source}`)
  }

  /** A group of somebody else, which may serve several sources. */
  private import(id: string): ISecurityGroup {
    const group = SecurityGroup.fromSecurityGroupId(this, id, id, { mutable: false })
    this.given.set(id, group)
    return this.letIn(group, 'Functions that read sources in the VPC')
  }

  private letIn<T extends ISecurityGroup>(group: T, who: string): T {
    if (this.makesSecrets) this.secrets().connections.allowFrom(group, Port.tcp(443), who)
    return group
  }

  private make(cidr: string | undefined, retention: RetentionDays): Vpc {
    return new Vpc(this, 'Vpc', {
      maxAzs: 3,
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      ...(cidr && { ipAddresses: IpAddresses.cidr(cidr) }),
      subnetConfiguration: [{ name: 'warehouse', subnetType: SubnetType.PRIVATE_ISOLATED }],
      flowLogs: {
        all: {
          destination: FlowLogDestination.toCloudWatchLogs(
            new LogGroup(this, 'FlowLog', { retention }),
          ),
        },
      },
    })
  }

  private addS3(): void {
    this.vpc.addGatewayEndpoint('S3', {
      service: GatewayVpcEndpointAwsService.S3,
      subnets: [{ subnets: [...this.subnets] }],
    })
  }

  /** What functions reach Secrets Manager by: made for the first of them, as it costs by the hour. */
  private secrets(): InterfaceVpcEndpoint {
    this.endpoint ??= new InterfaceVpcEndpoint(this, 'SecretsManager', {
      vpc: this.vpc,
      service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
      // Of two subnets in one zone it takes one.
      subnets: { subnets: firstOfZones(this.subnets) },
      open: false,
      securityGroups: [
        new SecurityGroup(this, 'SecretsManager group', {
          vpc: this.vpc,
          description: 'Lets in the functions that read sources in the VPC',
          allowAllOutbound: false,
        }),
      ],
    })
    return this.endpoint
  }
}

const firstOfZones = (subnets: readonly ISubnet[]): ISubnet[] => [
  ...new Map(subnets.toReversed().map((subnet) => [subnet.availabilityZone, subnet])).values(),
]
