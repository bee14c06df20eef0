import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import {
  calendar,
  copy,
  date,
  http,
  integer,
  mirror,
  mysql,
  s3,
  spark,
  sql,
  table,
  task,
  transform,
} from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { NightStack } from '../../lib/stacks/night-stack.ts'
import { StorageStack } from '../../lib/stacks/storage-stack.ts'
import { expectGolden } from '../golden.ts'

const cdk = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'))
const production = mysql('production', { secret: 'usher/production' })
const partner = http('partner', { secret: 'usher/partner' })
const columns = { id: integer().primaryKey() }
const dated = { columns: { ...columns, date: date() }, publish: { partition: 'date' } } as const
const days = table('days', {
  columns,
  from: calendar('2026-01-01', '2026-01-02'),
  row: (day) => ({ id: day.day }),
})
const events = mirror(production.table('events'), { columns })
const huge = mirror(production.table('huge'), { columns, chunks: { by: 'id' } })
const sales = table('sales', {
  columns,
  from: partner.pages({ path: 'sales', pages: { by: 'link' } }),
  row: () => ({ id: 1 }),
})
const clicks = copy('clicks', {
  ...dated,
  from: s3('logs', { bucket: 'their-logs' }).files({
    path: 'clicks/{yyyy}/{mm}/{dd}/',
    format: { kind: 'json' },
  }),
})
const made = transform('made', { select: { id: events.id }, from: sql`${events}` })
const counted = spark('counted', {
  columns,
  script: new URL('../night/spark/counted.py', import.meta.url),
  reads: { made },
})
const tidy = task('tidy', { after: [made], run: async () => {} })

type Value = string | Readonly<Record<string, unknown>>
interface Statement {
  readonly Effect: string
  readonly Action: string | string[]
  readonly Resource: Value | Value[]
  readonly Condition?: object
}

let night: Template
let storage: Template
beforeAll(() => {
  const app = new App({ context: { ...cdk.context, 'aws:cdk:bundling-stacks': [] } })
  const stage = {
    ...{ name: 'test', startsAt: { hour: 3, minute: 30 }, timeZone: 'UTC', scheduled: true },
    doneBy: { hour: 6, minute: 30 },
    warehouse: { kind: 'new', database: 'warehouse', baseCapacity: 8 } as const,
    vpc: {
      kind: 'existing',
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
      subnetIds: [1, 2, 3].map((at) => `subnet-0123456789abcdef${at}`),
    } as const,
    sources: {
      production: { inVpc: true, securityGroupIds: ['sg-0123456789abcdef0'] },
    },
  }
  const graph = graphOf([days, events, huge, sales, clicks, made, counted, tidy])
  const stack = new StorageStack(app, 'storage', {
    ...{ stage, copiesFrom: ['their-logs'], unloads: true },
  })
  night = Template.fromStack(new NightStack(app, 'night', { stage, graph, storage: stack }))
  storage = Template.fromStack(stack)
})

/** The end that CDK gives the names of resources. */
const plain = (id: string) => id.replace(/[0-9A-F]{8}$/, '')

/** A resource as a person reads it, with the names of others in braces. */
function textOf(value: unknown): string {
  // The name of an asset is what is in it.
  if (typeof value === 'string') return value.replace(/[0-9a-f]{64}/, '{Hash}')
  const [[key, argument] = ['', '']] = Object.entries(value as Record<string, unknown>)
  if (key === 'Fn::Join') {
    const [, parts] = argument as [string, unknown[]]
    return parts.map(textOf).join('')
  }
  if (key === 'Fn::Sub') return String(argument).replaceAll(/\$\{AWS::(\w+)\}/g, '{$1}')
  if (key === 'Fn::GetAtt') return `{${plain((argument as string[])[0] ?? '')}}`
  if (key === 'Fn::ImportValue') {
    const [, id = ''] = /(?:FnGetAtt|Ref)(\w+?)[0-9A-F]{8}(?:\w*)$/.exec(String(argument)) ?? []
    return `{${id}}`
  }
  return key === 'Ref' ? `{${plain(String(argument)).replace('AWS::', '')}}` : JSON.stringify(value)
}

/** What each role of a stack may do and, where it is a function's, nobody else. */
function rightsOf(template: Template): string {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'))
  const byRole = new Map<string, string[]>()
  for (const { Properties } of policies) {
    const [{ Ref }] = Properties.Roles
    const lines = (Properties.PolicyDocument.Statement as Statement[]).flatMap((statement) => {
      const { Effect, Action, Resource, Condition } = statement
      const effect = Effect === 'Allow' ? '' : `${Effect.toUpperCase()} `
      return [
        `  ${effect}${[Action].flat().sort().join(', ')}`,
        ...[Resource].flat().map((resource) => `    ${textOf(resource)}`),
        ...(Condition ? [`    if ${JSON.stringify(Condition)}`] : []),
      ]
    })
    const role = plain(Ref).replace(/(home)?(Service)?Role$/, '')
    byRole.set(role, [...(byRole.get(role) ?? []), ...lines])
  }
  const roles = [...byRole].sort(([a], [b]) => (a < b ? -1 : 1))
  return roles.map(([role, lines]) => [role, ...lines].join('\n')).join('\n\n')
}

describe('what each role may do', () => {
  it('is this and no more: whatever widens it is seen here', () => {
    const all = [storage, night].map((template) => rightsOf(template))
    expectGolden('rights.txt', `${all.join('\n\n')}\n`)
  })

  it('has no action that stands for several, and nothing that belongs to a role by other ways', () => {
    for (const template of [storage, night]) {
      expect(rightsOf(template)).not.toMatch(/^ {2}\S.*\*/m)
      for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role'))) {
        expect(Properties.Policies ?? []).toEqual([])
        expect(Properties.ManagedPolicyArns ?? []).toEqual([])
      }
    }
  })

  it('is given to one function by each role', () => {
    const functions = Object.values(night.findResources('AWS::Lambda::Function'))
    const roles = functions.map(({ Properties }) => JSON.stringify(Properties.Role))
    expect(functions.length).toBeGreaterThan(10)
    expect(new Set(roles).size).toBe(functions.length)
  })
})
