import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MachineDefinition } from './step-functions/step-functions.ts'

/** A Lambda function as the template describes it. */
export interface FunctionResource {
  readonly arn: string
  /** As the app calls it: `Extract from production` */
  readonly name: string
  /** The folder of its bundle. */
  readonly code: string
  /** `index.handler` */
  readonly handler: string
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutSeconds: number
  readonly megabytes: number
  /** How many run at once, at most. */
  readonly atOnce?: number
}

/** What sets the warehouse up on a deploy. */
export interface SetupResource {
  readonly fn: FunctionResource
  readonly properties: unknown
}

/** What one stage of a synthesized app would deploy, as far as a night needs it. */
export interface Assembly {
  /** The folder that it is in. */
  readonly directory: string
  /** The ARN of the state machine of a night. */
  readonly night: string
  /** It, and those of its parts. */
  readonly machines: readonly MachineDefinition[]
  /** By ARN. */
  readonly functions: ReadonlyMap<string, FunctionResource>
  readonly buckets: readonly string[]
  /** The ARNs of topics. */
  readonly topics: readonly string[]
  /** The users that secrets with a password of their own are of, by ARN. */
  readonly users: Readonly<Record<string, string>>
  /** None where an administrator sets it up. */
  readonly setup: SetupResource | undefined
}

interface Resource {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly Metadata?: Readonly<Record<string, unknown>>
}

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs?: Readonly<Record<string, { Value: unknown; Export?: { Name: string } }>>
}

const ACCOUNT = '111111111111'
const REGION = 'us-east-1'

/** Reads the stacks of a stage from `cdk.out`, giving names to what CloudFormation would name. */
export function readAssembly(directory: string, stage: string): Assembly {
  const templates = stacksOf(directory, stage).map((stack) => templateOf(directory, stack))
  const resolve = resolver(templates)
  const resources = templates.flatMap(({ Resources }) => Object.entries(Resources))
  const ofType = (type: string) => resources.filter(([, { Type }]) => Type === type)
  const functions = ofType('AWS::Lambda::Function').map(([id, resource]) => {
    return functionOf(directory, id, resource, resolve)
  })
  const machines = ofType('AWS::StepFunctions::StateMachine').map(([, resource]) => ({
    arn: machineArn(resource),
    definition: definitionOf(directory, resource, resolve),
  }))
  const byArn = new Map(functions.map((fn) => [fn.arn, fn]))
  const [setup] = ofType('Custom::WarehouseSetup').map(([, { Properties = {} }]) => {
    const { ServiceToken, ...properties } = resolve(Properties) as Record<string, unknown>
    const fn = byArn.get(String(ServiceToken))
    if (!fn) throw new Error(`stage ${stage} has no function ${ServiceToken}`)
    return { fn, properties }
  })
  const night = machines.find(({ arn }) => arn.endsWith(`:usher-${stage}-night`))
  if (!night) throw new Error(`stage ${stage} has no state machine usher-${stage}-night`)
  return {
    directory,
    night: night.arn,
    machines,
    functions: byArn,
    buckets: ofType('AWS::S3::Bucket').map(([id]) => nameOf(id)),
    topics: ofType('AWS::SNS::Topic').map(([id, resource]) => arnOf(id, resource)),
    users: Object.fromEntries(
      ofType('AWS::SecretsManager::Secret').map(([id, resource]) => [
        arnOf(id, resource),
        userOf(resource),
      ]),
    ),
    setup,
  }
}

function definitionOf(
  directory: string,
  { Properties = {} }: Resource,
  resolve: (value: unknown) => unknown,
): string {
  const { Key } = Properties.DefinitionS3Location as { Key: string }
  const values = resolve(Properties.DefinitionSubstitutions) as Record<string, string>
  const text = readFileSync(join(directory, `asset.${Key}`), 'utf8')
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}

function userOf({ Properties = {} }: Resource): string {
  const { SecretStringTemplate } = Properties.GenerateSecretString as Record<string, string>
  return JSON.parse(String(SecretStringTemplate)).username
}

const machineArn = ({ Properties = {} }: Resource): string =>
  `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${Properties.StateMachineName}`

function stacksOf(directory: string, stage: string): string[] {
  const { artifacts } = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { type: string }>
  }
  return Object.entries(artifacts).flatMap(([name, { type }]) =>
    type === 'aws:cloudformation:stack' && name.startsWith(`usher-${stage}-`) ? [name] : [],
  )
}

const templateOf = (directory: string, stack: string): Template =>
  JSON.parse(readFileSync(join(directory, `${stack}.template.json`), 'utf8'))

function functionOf(
  directory: string,
  id: string,
  resource: Resource,
  resolve: (value: unknown) => unknown,
): FunctionResource {
  const { Properties = {}, Metadata = {} } = resource
  const { Variables = {} } = resolve(Properties.Environment ?? {}) as {
    Variables?: Record<string, string>
  }
  return {
    arn: arnOf(id, resource),
    name: String(Metadata['aws:cdk:path']).split('/').at(-2) ?? id,
    code: join(directory, String(Metadata['aws:asset:path'])),
    handler: String(Properties.Handler),
    environment: Variables,
    timeoutSeconds: Number(Properties.Timeout ?? 3),
    megabytes: Number(Properties.MemorySize ?? 128),
    atOnce: Properties.ReservedConcurrentExecutions as number | undefined,
  }
}

/** A bucket's name allows no capitals; nothing else here minds. */
const nameOf = (id: string): string => id.toLowerCase()

function arnOf(id: string, resource: Resource | undefined): string {
  const type = resource?.Type ?? ''
  if (resource && type === 'AWS::StepFunctions::StateMachine') return machineArn(resource)
  const service = type.split('::')[1]?.toLowerCase()
  if (type === 'AWS::S3::Bucket') return `arn:aws:s3:::${nameOf(id)}`
  if (type === 'AWS::IAM::Role') return `arn:aws:iam::${ACCOUNT}:role/${id}`
  const kind = type === 'AWS::Lambda::Function' ? 'function:' : ''
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${kind}${id}`
}

/** Does what CloudFormation does with `Ref`, `Fn::GetAtt`, `Fn::Join`, `Fn::Sub` and exports. */
function resolver(templates: readonly Template[]): (value: unknown) => unknown {
  const resources = new Map(templates.flatMap(({ Resources }) => Object.entries(Resources)))
  const exported = new Map(
    templates.flatMap(({ Outputs = {} }) =>
      Object.values(Outputs).flatMap(({ Value, Export }) => (Export ? [[Export.Name, Value]] : [])),
    ) as [string, unknown][],
  )
  const pseudo: Record<string, string> = {
    'AWS::Partition': 'aws',
    'AWS::Region': REGION,
    'AWS::AccountId': ACCOUNT,
    'AWS::URLSuffix': 'amazonaws.com',
  }
  const ref = (id: string) => {
    const resource = resources.get(id)
    if (resource === undefined) return pseudo[id] ?? id
    // What a Ref of these gives is their ARN.
    return /SecretsManager::Secret|SNS::Topic|StateMachine/.test(resource.Type)
      ? arnOf(id, resource)
      : nameOf(id)
  }
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    const [[key, argument] = [], ...others] = Object.entries(value)
    if (key !== undefined && others.length === 0) {
      if (key === 'Ref') return ref(argument)
      if (key === 'Fn::GetAtt') {
        const [id, attribute] = argument
        return attribute === 'ApplicationId' ? nameOf(id) : arnOf(id, resources.get(id))
      }
      if (key === 'Fn::ImportValue') return resolve(exported.get(argument))
      if (key === 'Fn::Join') return (resolve(argument[1]) as string[]).join(argument[0])
      if (key === 'Fn::Sub') {
        return String(argument).replace(/\$\{([^}]+)\}/g, (_, id) => ref(id))
      }
      if (key.startsWith('Fn::')) throw new Error(`${key} is not known to a local night`)
    }
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolve(inner)]))
  }
  return resolve
}
