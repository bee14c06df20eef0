import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import aslValidator from 'asl-validator'
import { App, Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import {
  calendar,
  copy,
  date,
  elasticsearch,
  http,
  integer,
  mirror,
  mysql,
  redis,
  s3,
  sql,
  table,
  task,
  transform,
} from '#lib'
import { Network } from '../../lib/constructs/network.ts'
import { TaskFunctions } from '../../lib/constructs/task-functions.ts'
import { Warehouse } from '../../lib/constructs/warehouse.ts'
import { graphOf } from '../../lib/graph/graph.ts'
import { NightStack } from '../../lib/stacks/night-stack.ts'
import type { Stage } from '../../lib/stacks/stage.ts'
import { StorageStack } from '../../lib/stacks/storage-stack.ts'
import { definition } from '../../lib/table/definition.ts'
import { expectGolden } from '../golden.ts'

const cdk = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'))

const production = mysql('production', { secret: 'usher/production' })
const billing = mysql('billing', { secret: 'usher/billing' })
const columns = { id: integer().primaryKey() }
const dim_date = table('dim_date', {
  columns,
  from: calendar('2026-01-01', '2026-01-02'),
  row: (day) => ({ id: day.day }),
})
const events = mirror(production.table('events'), { columns })
const orders = mirror(production.table('orders'), { columns, resources: { memory: 3008 } })
const invoices = mirror(billing.table('invoices'), { columns, schema: 'billing' })
type Mirror = typeof events
const sales = transform('sales', {
  select: { id: orders.id },
  from: sql`${orders} join ${events} on ${events.id} = ${orders.id}`,
})
const tidy = task('tidy', { after: [sales], run: async () => {}, resources: { minutes: 5 } })
const graph = graphOf([dim_date, events, orders, invoices, sales, tidy])

const base: Stage = {
  name: 'test',
  startsAt: { hour: 3, minute: 30 },
  timeZone: 'Europe/London',
  scheduled: true,
  warehouse: { kind: 'new', database: 'warehouse', baseCapacity: 8 },
  alarmEmails: ['data@example.com'],
}

function synthesize(stage: Stage, tables = graph, copiesFrom: readonly string[] = []) {
  // Bundles are not what these tests look at; they take most of the time.
  const app = new App({ context: { ...cdk.context, 'aws:cdk:bundling-stacks': [] } })
  const storage = new StorageStack(app, 'storage', { stage, copiesFrom })
  const night = new NightStack(app, 'night', { stage, graph: tables, storage })
  return {
    storage: Template.fromStack(storage),
    night: Template.fromStack(night),
    directory: app.outdir,
  }
}

interface State {
  readonly Type: string
  readonly Next?: string
  readonly TimeoutSeconds?: number
  readonly Retry?: readonly { ErrorEquals: readonly string[] }[]
  readonly Catch?: readonly { ErrorEquals: readonly string[]; Next: string }[]
  readonly Branches?: readonly States[]
  readonly Parameters?: { readonly StateMachineArn?: string }
}
interface States {
  readonly StartAt: string
  readonly States: Readonly<Record<string, State>>
}

interface Machine {
  readonly name: string
  readonly arn: string
  readonly definition: States
  /** The bytes that are uploaded; ARNs take the place of names after that. */
  readonly bytes: number
}

const arnOf = (id: string) => `arn:aws:lambda:us-east-1:111111111111:function:${id.slice(0, -8)}`

/** The state machines as they are deployed, with a name in place of each ARN; the night's comes last. */
function machinesOf(template: Template, directory: string): Machine[] {
  const machines = Object.entries(template.findResources('AWS::StepFunctions::StateMachine'))
  return machines.map(([id, { Properties }]) => {
    const { StateMachineName, DefinitionS3Location, DefinitionSubstitutions } = Properties
    const text = readFileSync(join(directory, `asset.${DefinitionS3Location.Key}`), 'utf8')
    const substitute = (name: string) => {
      const value = DefinitionSubstitutions[name]
      return value.Ref === 'AWS::Partition' ? 'aws' : arnOf(value.Ref ?? value['Fn::GetAtt'][0])
    }
    const definition = JSON.parse(text.replaceAll(/\$\{(\w+)\}/g, (_, name) => substitute(name)))
    return { name: StateMachineName, arn: arnOf(id), definition, bytes: Buffer.byteLength(text) }
  })
}

const allStates = ({ States }: States): [string, State][] =>
  Object.entries(States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.Branches ?? []).flatMap(allStates),
  ])

let storage: Template
let night: Template
let machine: States
beforeAll(() => {
  const made = synthesize(base)
  ;({ storage, night } = made)
  machine = machinesOf(night, made.directory).at(-1)?.definition as States
})

describe('the state machine', () => {
  it('is the dependency graph', () => {
    expectGolden('night.asl.json', `${JSON.stringify(machine, null, 2)}\n`)
  })
  it('passes a validator that is not ours', () => {
    const { isValid, errors } = aslValidator(machine, { checkPaths: true, checkArn: true })
    expect(errors).toEqual([])
    expect(isValid).toBe(true)
  })
  it('retries and limits every task', () => {
    const tasks = allStates(machine).filter(([, { Type }]) => Type === 'Task')
    expect(tasks.length).toBeGreaterThan(10)
    for (const [name, { TimeoutSeconds, Retry }] of tasks) {
      if (name === 'Tell of it') continue
      expect(TimeoutSeconds).toBeGreaterThan(60)
      const retried = Retry?.flatMap(({ ErrorEquals }) => ErrorEquals)
      expect(retried).toEqual(
        expect.arrayContaining(['Transient', 'StillRunning', 'Lambda.Unknown', 'Sandbox.Timedout']),
      )
    }
  })
  it('catches every failure of a table or task, so that the night goes on', () => {
    const tables = allStates(machine).filter(([name]) =>
      /^(Extract|Load|Transform|Run) /.test(name),
    )
    expect(tables.map(([name]) => name).sort()).toEqual([
      'Extract billing.invoices',
      'Extract dim_date',
      'Extract events',
      'Extract orders',
      'Load billing.invoices',
      'Load dim_date',
      'Load events',
      'Load orders',
      'Run tidy',
      'Transform sales',
    ])
    for (const [name, { Catch }] of tables) {
      const id = name.split(' ')[1]
      expect(Catch).toEqual([
        { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: `${id} failed` },
      ])
    }
  })
})

describe('the functions', () => {
  it('are one for each source, and one for each size that a table asks for', () => {
    const functions = Object.values(night.findResources('AWS::Lambda::Function'))
    expect(functions.map(({ Properties }) => Properties.Description).sort()).toEqual([
      'Extracts tables from billing (mysql)',
      'Extracts tables from code (generator)',
      'Extracts tables from production (mysql)',
      'Extracts tables from production (mysql)',
      'Loads extracts into the warehouse',
      'Makes tables inside the warehouse',
      'Runs tasks, which make no table',
      'Says how a night ended',
      'Sets up the warehouse: roles, users, schemas',
      'Settles what a night is about',
      'Waits until what a table is made from is complete',
      'Writes down why a table failed',
    ])
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
    }
    night.hasResourceProperties('AWS::Lambda::Function', { MemorySize: 3008 })
    night.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Runs tasks, which make no table',
      Timeout: 300,
    })
  })
  it('read the secret of their own source and of no other', () => {
    const readers = Object.entries(night.findResources('AWS::IAM::Policy')).flatMap(
      ([id, policy]) => {
        const text = JSON.stringify(policy)
        return ['usher/production', 'usher/billing'].flatMap((name) =>
          text.includes(`secret:${name}-??????`) ? [[id.replace(/home.*/, ''), name]] : [],
        )
      },
    )
    expect(readers.sort()).toEqual([
      ['TasksExtractfrombilling', 'usher/billing'],
      ['TasksExtractfromproduction', 'usher/production'],
      ['TasksExtractfromproduction3008MB', 'usher/production'],
    ])
  })
  it('run transactions, or single statements where they run tasks', () => {
    const submits = Object.entries(night.findResources('AWS::IAM::Policy')).flatMap(
      ([id, policy]) =>
        (policy.Properties.PolicyDocument.Statement as { Action: string | string[] }[])
          .flatMap(({ Action }) => Action)
          .filter((action) => /^redshift-data:\w*Execute/.test(action))
          .map((action) => [id.replace(/home.*/, ''), action]),
    )
    expect(submits.sort()).toEqual([
      ['SetupSetup', 'redshift-data:BatchExecuteStatement'],
      ['TasksLoad', 'redshift-data:BatchExecuteStatement'],
      ['TasksPrepare', 'redshift-data:BatchExecuteStatement'],
      ['TasksRun5min', 'redshift-data:ExecuteStatement'],
      ['TasksTransform', 'redshift-data:BatchExecuteStatement'],
    ])
  })
  it('may do nothing to everything', () => {
    for (const policy of Object.values(night.findResources('AWS::IAM::Policy'))) {
      for (const { Action, Resource } of policy.Properties.PolicyDocument.Statement) {
        expect([Action].flat()).not.toContain('*')
        if (Resource !== '*') continue
        // These have no narrower resource: statements, traces, and log deliveries.
        for (const action of [Action].flat()) {
          expect(action).toMatch(/^(redshift-data:(Describe|Get|List)|xray:|logs:)/)
        }
      }
    }
  })
})

describe('the functions of a table that is read in chunks', () => {
  const columns = { id: integer().primaryKey() }
  const huge = mirror(production.table('huge'), {
    columns,
    chunks: { by: 'id' },
    resources: { memory: 3008 },
  })
  const app = new App({ context: { ...cdk.context, 'aws:cdk:bundling-stacks': [] } })
  const stack = new Stack(app, 'chunks')
  const bucket = new Bucket(stack, 'Bucket')
  const warehouse = new Warehouse(stack, 'Warehouse', {
    ...{ name: 'test', bucket, copiesFrom: [], config: base.warehouse },
    key: new Key(stack, 'Key'),
    network: new Network(stack, 'Network', { config: { kind: 'new' }, logRetention: 90 }),
  })
  const functions = new TaskFunctions(stack, 'Tasks', {
    ...{ graph: graphOf([huge]), stage: 'test', bucket, warehouse, timeZone: 'UTC' },
    logRetention: 90,
  })

  it('are made once for a source, with its secret, and for what the table asks', () => {
    const table = huge[definition]
    expect(functions.plan(table)).toBe(functions.plan(table))
    expect(functions.chunk(table)).toBe(functions.chunk(table))
    expect(functions.seal).toBe(functions.seal)
    const template = Template.fromStack(stack)
    const ofKind = (Description: string) => ({ Description })
    template.hasResourceProperties('AWS::Lambda::Function', {
      ...ofKind('Extracts chunks of tables from production (mysql)'),
      MemorySize: 3008,
    })
    template.hasResourceProperties('AWS::Lambda::Function', {
      ...ofKind('Cuts tables into chunks: production (mysql)'),
      MemorySize: 512,
    })
    const policies = Object.values(template.findResources('AWS::IAM::Policy'))
    const secrets = policies.filter((policy) =>
      JSON.stringify(policy).includes('secret:usher/production'),
    )
    expect(secrets).toHaveLength(2)
    const [seal] = policies.filter(({ Properties }) => /Seal/.test(Properties.PolicyName))
    expect(JSON.stringify(seal)).not.toMatch(/secretsmanager|s3:DeleteObject/)
    // Nothing of a run but why a chunk failed; and the note of the table is made from that.
    const about = (name: RegExp) =>
      policies
        .filter(({ Properties }) => name.test(Properties.PolicyName))
        .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
        .filter((statement) => JSON.stringify(statement).includes('/runs/'))
    const chunk = JSON.stringify(about(/Chunk/))
    for (const action of ['GetObject', 'PutObject', 'DeleteObject']) {
      expect(chunk).toMatch(new RegExp(`s3:${action}.*/runs/\\*\\.chunk\\.json"`))
    }
    expect(chunk.match(/\/runs\/[^"]*/g)).toEqual(['/runs/*.chunk.json', '/runs/*.chunk.json'])
    expect(JSON.stringify(about(/Note/))).toMatch(/s3:GetObject/)
  })
})

describe('the schedule', () => {
  it('starts on the clocks of the business and says for when', () => {
    night.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(30 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/London',
      State: 'ENABLED',
    })
    const [schedule] = Object.values(night.findResources('AWS::Scheduler::Schedule'))
    const { Arn, Input } = schedule?.Properties.Target ?? {}
    expect(Arn['Fn::Join'][1].join('')).toMatch(/scheduler:::aws-sdk:sfn:startExecution$/)
    const [before, , after] = Input['Fn::Join'][1]
    expect(JSON.parse(`${before}machine${after}`)).toEqual({
      StateMachineArn: 'machine',
      Name: 'nightly-<aws.scheduler.execution-id>',
      Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
    })
  })
  it('tells the topic of every night that did not succeed and did not tell so itself', () => {
    night.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({
        detail: {
          $or: [
            Match.objectLike({ status: ['TIMED_OUT', 'ABORTED'] }),
            Match.objectLike({
              status: ['FAILED'],
              error: [{ 'anything-but': ['NightIncomplete'] }, { exists: false }],
            }),
          ],
        },
      }),
    })
    expect(machine.States['Tell of it']).toMatchObject({
      Resource: 'arn:aws:states:::sns:publish',
      Parameters: { TopicArn: expect.stringContaining('FailuresTopic') },
    })
    const publishers = Object.entries(night.findResources('AWS::IAM::Policy')).filter(
      ([, policy]) => JSON.stringify(policy).includes('sns:Publish'),
    )
    expect(publishers.map(([id]) => id.replace(/Default.*/, ''))).toEqual(['NightMachineRole'])
    night.hasResourceProperties('AWS::SNS::Subscription', { Endpoint: 'data@example.com' })
  })
})

describe('how extracts are packed', () => {
  const warehouse = { ...base.warehouse, slices: 16 }
  it('is told to what extracts, and to nobody else', () => {
    const { night } = synthesize({ ...base, warehouse, compression: 'gzip' })
    const told = Object.values(night.findResources('AWS::Lambda::Function'))
      .map(({ Properties: { Description, Environment } }) => [Description, Environment.Variables])
      .filter(([, variables]) => 'USHER_SLICES' in variables || 'USHER_COMPRESSION' in variables)
    expect(told.length).toBeGreaterThan(0)
    for (const [description, variables] of told) {
      expect(description).toMatch(/^Extracts /)
      expect(variables).toMatchObject({ USHER_SLICES: '16', USHER_COMPRESSION: 'gzip' })
    }
  })
})

describe('the role of those who only read', () => {
  it('is told to what prepares a night, and to nobody else', () => {
    const warehouse = { ...base.warehouse, readers: 'usher_reader' }
    const { night } = synthesize({ ...base, warehouse })
    const told = Object.values(night.findResources('AWS::Lambda::Function')).flatMap(
      ({ Properties: { Description, Environment } }) =>
        Environment.Variables.USHER_READERS === 'usher_reader' ? [Description] : [],
    )
    expect(told).toEqual(['Settles what a night is about'])
  })
})

describe('the connections of a source', () => {
  it('are how many functions read it at once, where it does not see to that itself', () => {
    const partner = http('partner', { secret: 'usher/partner', connections: 2 })
    const from = partner.pages({ path: 'tickets', pages: { by: 'link' } })
    const tickets = mirror(from, { name: 'tickets', columns })
    const { night } = synthesize(base, graphOf([tickets, events]))
    const reserved = Object.values(night.findResources('AWS::Lambda::Function')).flatMap(
      ({ Properties: { Description, ReservedConcurrentExecutions: atOnce } }) =>
        atOnce === undefined ? [] : [[Description, atOnce]],
    )
    expect(reserved).toEqual([['Extracts tables from partner (http)', 2]])
  })
  it.each([0, 1.5, Number.NaN])('are refused where they are %p', (connections) => {
    for (const source of [mysql, http, elasticsearch, redis]) {
      expect(() => source('it', { secret: 'usher/it', connections })).toThrow(
        `it: connections: ${connections} is no number of them: give 1 or more`,
      )
    }
  })
})

describe('metrics', () => {
  it('are of the stage, unless it wants none', () => {
    const told = (template: Template) =>
      Object.values(template.findResources('AWS::Lambda::Function'))
        .filter(({ Properties }) => Properties.Environment.Variables.USHER_STAGE)
        .map(({ Properties }) => Properties.Environment.Variables.USHER_METRICS)
    expect(new Set(told(night))).toEqual(new Set(['test']))
    const { night: silent } = synthesize({ ...base, metrics: false })
    expect(new Set(told(silent))).toEqual(new Set([undefined]))
  })
})

describe('the set-up of the warehouse', () => {
  const steps = (template: Template) =>
    Object.values(template.findResources('Custom::WarehouseSetup')).flatMap(
      ({ Properties }) => Properties.Steps as { name: string; statements: string[] }[],
    )
  const existing = {
    kind: 'cluster',
    cluster: 'analytics',
    database: 'dwh',
    secretArn: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:dwh-AbCdEf',
    copyRoleArn: 'arn:aws:iam::111111111111:role/copy',
  } as const
  const adminSecretArn = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:admin-AbCdEf'

  it('is in the template, for whoever reads what a deploy changes', () => {
    const names = steps(night).map(({ name }) => name)
    expect(names).toContain('role usher_reader')
    expect(names.slice(-4)).toEqual([
      ...['schema usher', 'schema billing', 'schema public', 'closed to others'],
    ])
    expect(JSON.stringify(steps(night))).toContain('alter user \\"usher\\" password \'<password>\'')
  })
  it('is done by one function alone as the administrator', () => {
    const admins = Object.entries(night.findResources('AWS::IAM::Policy')).filter(([, policy]) =>
      JSON.stringify(policy).includes('usher_admin'),
    )
    expect(admins.map(([id]) => id.replace(/home.*/, ''))).toEqual(['SetupSetup'])
  })
  it('is an administrator’s where the stage gives no secret of one', () => {
    const { night, storage } = synthesize({ ...base, warehouse: existing })
    expect(steps(night)).toEqual([])
    storage.resourceCountIs('AWS::SecretsManager::Secret', 0)
    expect(JSON.stringify(night)).not.toContain('USHER_READERS')
  })
  it('takes nothing from others who use a warehouse', () => {
    const warehouse = { ...existing, adminSecretArn, readers: 'analysts' }
    const { night } = synthesize({ ...base, warehouse })
    const names = steps(night).map(({ name }) => name)
    expect(names).toContain('role analysts to role usher_looker')
    expect(names).not.toContain('closed to others')
    expect(JSON.stringify(steps(night))).not.toContain('revoke')
    night.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Sets up the warehouse: roles, users, schemas',
      Environment: { Variables: Match.objectLike({ USHER_WAREHOUSE_SECRET: adminSecretArn }) },
    })
  })
})

describe('the storage', () => {
  it('outlives the stack', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::RedshiftServerless::Namespace']) {
      for (const resource of Object.values(storage.findResources(type))) {
        expect(resource.DeletionPolicy).toBe('RetainExceptOnCreate')
      }
    }
  })
  it('keeps the password out of the template', () => {
    const [namespace] = Object.values(storage.findResources('AWS::RedshiftServerless::Namespace'))
    expect(namespace?.Properties).toMatchObject({ ManageAdminPassword: true })
    expect(namespace?.Properties.AdminUserPassword).toBeUndefined()
    expect(JSON.stringify(night)).not.toContain('{{resolve:secretsmanager:')
  })
  it('lets nobody reach the warehouse from outside', () => {
    storage.hasResourceProperties('AWS::RedshiftServerless::Workgroup', {
      PubliclyAccessible: false,
    })
    for (const group of Object.values(storage.findResources('AWS::EC2::SecurityGroup'))) {
      expect(group.Properties.SecurityGroupIngress).toBeUndefined()
    }
    storage.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0)
  })
  it.each<[string, Exclude<Stage['warehouse'], { kind: 'new' }>, object]>([
    [
      'workgroup',
      {
        kind: 'workgroup',
        workgroupArn: 'arn:aws:redshift-serverless:eu-west-1:111111111111:workgroup/abc',
        database: 'dwh',
        secretArn: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:dwh-AbCdEf',
        copyRoleArn: 'arn:aws:iam::111111111111:role/copy',
      },
      {
        USHER_WORKGROUP: 'arn:aws:redshift-serverless:eu-west-1:111111111111:workgroup/abc',
        USHER_DATABASE: 'dwh',
      },
    ],
    [
      'cluster',
      {
        kind: 'cluster',
        cluster: 'analytics',
        database: 'dwh',
        secretArn: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:dwh-AbCdEf',
        copyRoleArn: 'arn:aws:iam::111111111111:role/copy',
      },
      { USHER_CLUSTER: 'analytics', USHER_COPY_ROLE: 'arn:aws:iam::111111111111:role/copy' },
    ],
  ])('can be a %s that is there already', (_kind, warehouse, variables) => {
    const templates = synthesize({ ...base, warehouse })
    templates.storage.resourceCountIs('AWS::RedshiftServerless::Workgroup', 0)
    templates.night.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Loads extracts into the warehouse',
      Environment: { Variables: Match.objectLike(variables) },
    })
    // Its role is not ours to give rights to: the bucket gives them.
    const copies = (Action: string, more: object) =>
      Match.objectLike({ Action, Principal: { AWS: warehouse.copyRoleArn }, ...more })
    templates.storage.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          copies('s3:GetObject', {}),
          copies('s3:ListBucket', { Condition: { StringLike: { 's3:prefix': 'staging/*' } } }),
        ]),
      },
    })
  })
})

it('puts only the functions of a source in a VPC there', () => {
  const { night } = synthesize({
    ...base,
    vpc: { kind: 'new' },
    sources: { production: { inVpc: true } },
  })
  const inVpc = Object.values(night.findResources('AWS::Lambda::Function')).flatMap(
    ({ Properties }) => (Properties.VpcConfig ? [Properties.Description] : []),
  )
  expect(inVpc).toEqual([
    'Extracts tables from production (mysql)',
    'Extracts tables from production (mysql)',
  ])
})

it('lets only the functions of a bucket, and COPY where it copies, list it and read its files', () => {
  const dated = { columns: { ...columns, date: date() }, publish: { partition: 'date' } } as const
  const files = { path: 'clicks/{yyyy}/{mm}/{dd}/', format: { kind: 'json' } } as const
  const copied = s3('logs', { bucket: 'copied-logs' })
  const read = s3('audit', { bucket: 'read-logs' })
  const clicks = copy('clicks', { ...dated, from: copied.files(files) })
  const audits = mirror(read.records(files), { ...dated, name: 'audits' })
  const { storage, night } = synthesize(base, graphOf([events, clicks, audits]), ['copied-logs'])
  const granted = [storage, night].flatMap((template) =>
    Object.entries(template.findResources('AWS::IAM::Policy')).flatMap(([id, policy]) =>
      (policy.Properties.PolicyDocument.Statement as { Action: string; Resource: unknown }[])
        .filter(({ Resource }) => /(copied|read)-logs/.test(JSON.stringify(Resource)))
        .map(({ Action, Resource }) => {
          const bucket = /:s3:::[^"]+/.exec(JSON.stringify(Resource))?.[0]
          return `${id.replace(/(home)?(Role)?Default.*/, '')} may ${Action} of ${bucket}`
        }),
    ),
  )
  expect(granted.sort()).toEqual([
    'TasksExtractfromaudit may s3:GetObject of :s3:::read-logs/*',
    'TasksExtractfromaudit may s3:ListBucket of :s3:::read-logs',
    'TasksExtractfromlogs may s3:GetObject of :s3:::copied-logs/*',
    'TasksExtractfromlogs may s3:ListBucket of :s3:::copied-logs',
    'WarehouseServerlessCopy may s3:GetObject of :s3:::copied-logs/*',
    'WarehouseServerlessCopy may s3:ListBucket of :s3:::copied-logs',
  ])
})

describe('a warehouse of 1,000 tables', () => {
  it('is deployed as machines that are within the limits, which the night starts', () => {
    const mirrors = Array.from({ length: 300 }, (_, at) =>
      mirror(production.table(`m${at}`), { columns }),
    )
    const tables: Mirror[] = [...mirrors]
    for (let at = 300; at < 1000; at++) {
      const [a, b] = [tables[(at * 7) % at], tables[(at * 13) % at]] as [Mirror, Mirror]
      const from = a === b ? sql`${a}` : sql`${a} join ${b} on ${b.id} = ${a.id}`
      tables.push(transform(`t${at}`, { select: { id: a.id }, from }) as unknown as Mirror)
    }
    const { night: template, directory } = synthesize(base, graphOf(tables))
    const resources = Object.values(template.toJSON().Resources)
    expect(resources.length).toBeLessThan(200)
    expect(JSON.stringify(template.toJSON()).length).toBeLessThan(500_000)
    const machines = machinesOf(template, directory)
    expect(machines.length).toBeGreaterThan(3)
    expect(Math.max(...machines.map(({ bytes }) => bytes))).toBeLessThan(1_000_000)
    const states = machines.map(({ definition }) => allStates(definition).map(([name]) => name))
    const loads = states.flat().filter((name) => /^(Load|Transform) /.test(name))
    expect(new Set(loads).size).toBe(1000)
    const [night, ...parts] = machines.toReversed()
    const started = allStates(night?.definition as States).flatMap(([, { Parameters }]) =>
      Parameters?.StateMachineArn ? [Parameters.StateMachineArn] : [],
    )
    expect(started.sort()).toEqual(parts.map(({ arn }) => arn).sort())
    expect(parts.map(({ name }) => name).sort()).toEqual(
      parts.map((_, at) => `usher-test-night-part-${at + 1}`),
    )
  })
})
