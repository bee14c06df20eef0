import {
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
  type PolicyViolation,
  Stack,
  Validations,
} from 'aws-cdk-lib'
import { CfnPolicy } from 'aws-cdk-lib/aws-iam'
import type { IConstruct } from 'constructs'

/** Why rights of one kind reach more than one thing that is named. */
interface Reason {
  /** Action and resource, as `rightsOf` writes them. */
  readonly right: RegExp
  readonly because: string
}

/** Why a right has a wildcard in it: one that no line is about fails the synthesis. */
const REASONS: readonly Reason[] = [
  {
    right: /^s3:\w+ \S+\/(staging|receipts|runs|locks)\/\S+$/,
    because: 'A night names its objects by dates, tables and attempts, under prefixes of its own.',
  },
  {
    right: /^s3:GetObject arn:\S+:s3:::[a-z0-9.-]+\/\*$/,
    because: 'The bucket belongs to the source: which files it will hold is known to no deploy.',
  },
  {
    right: /^secretsmanager:GetSecretValue \S+-\?{6}$/,
    because: 'Secrets Manager ends the ARN of a secret with six characters of its own.',
  },
  {
    right: /^redshift-data:(DescribeStatement|GetStatementResult|ListStatements) \*$/,
    because: 'The Data API knows no resource here: a condition keeps it to the own statements.',
  },
  {
    right: /^emr-serverless:(GetJobRun|CancelJobRun) \S+\/jobruns\/\*$/,
    because: 'Jobs of this one application, whose ids are made when they start.',
  },
  {
    right: /^logs:DescribeLogGroups \S+:log-group:\*$/,
    because: 'EMR looks for the log group of its jobs among all that there are.',
  },
  {
    right: /^xray:\w+ \*$/,
    because: 'X-Ray knows no resources for what writes traces.',
  },
  {
    right: /^logs:(\w*LogDelivery|\w*LogDeliveries|\w*ResourcePolic(y|ies)|DescribeLogGroups) \*$/,
    because: 'Step Functions needs these to write its log; log deliveries know no resources.',
  },
  {
    right: /^ec2:(\w+NetworkInterfaces?|DescribeSubnets) \*$/,
    because:
      'So Lambda puts a function into a VPC; the code of the function itself is refused these.',
  },
  {
    right: /^states:\w+ \S+:execution:\S+\*$/,
    because: 'Executions of this one machine, whose names are made when they start.',
  },
]

/** A right that reaches more than one thing that is named, and why. */
export interface Wildcard {
  readonly policy: CfnPolicy
  readonly action: string
  readonly resource: string
  readonly because: string | undefined
}

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: unknown
}

/** The rights with a wildcard that roles in a tree of constructs have, once it is synthesized. */
export function wildcardsOf(tree: IConstruct): Wildcard[] {
  const policies = tree.node.findAll().filter((node) => node instanceof CfnPolicy)
  return policies.flatMap((policy) => {
    const { Statement } = Stack.of(policy).resolve(policy.policyDocument)
    return (Statement as Statement[])
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action, Resource }) =>
        [Action].flat().flatMap((action) =>
          [Resource].flat().flatMap((given) => {
            const resource = textOf(given)
            const right = `${action} ${resource}`
            if (!/[*?]/.test(right)) return []
            const reason = REASONS.find((each) => each.right.test(right))
            return [{ policy, action, resource, because: reason?.because }]
          }),
        ),
      )
  })
}

/**
 * A resource as cdk-nag writes it in the names of what it finds.
 * @see https://github.com/cdklabs/cdk-nag
 */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  const [[kind, argument] = ['', undefined]] = Object.entries(value as object)
  if (kind === 'Fn::Join') {
    const [between, parts] = argument as [string, unknown[]]
    return parts.map(textOf).join(between)
  }
  if (kind === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`
  if (kind === 'Fn::ImportValue') return textOf(argument)
  if (kind === 'Ref') return `<${argument}>`
  return JSON.stringify(value)
}

/**
 * Fails a synthesis in which a role has a right with a wildcard and no reason for it, and tells cdk-nag
 * the reasons of the others: it must be asked before cdk-nag is.
 */
export class ReasonedWildcards implements IPolicyValidationPlugin {
  readonly name = 'Usher'

  validate({ appConstruct }: IPolicyValidationContext): PolicyValidationPluginReport {
    const violations: PolicyViolation[] = []
    for (const { policy, action, resource, because } of wildcardsOf(appConstruct)) {
      if (because === undefined) {
        violations.push({
          ruleName: 'wildcard-without-reason',
          description: `${action} of ${resource}: narrow it, or say why in lib/stacks/wildcards.ts`,
          severity: 'error',
          violatingResources: [{ constructPath: policy.node.path, locations: [] }],
        })
        continue
      }
      const id = `AwsSolutions-IAM5[Resource::${resource}]`
      Validations.of(policy).acknowledge({ id, reason: because })
    }
    return { success: violations.length === 0, violations }
  }
}
