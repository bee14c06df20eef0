import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { App } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { integer, mirror, mysql, spark } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { NightStack } from '../../lib/stacks/night-stack.ts'
import type { Stage } from '../../lib/stacks/stage.ts'
import { StorageStack } from '../../lib/stacks/storage-stack.ts'

const cdk = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'))
const columns = { id: integer().primaryKey() }
const events = mirror(mysql('production', { secret: 'usher/production' }).table('events'), {
  columns,
})
const counted = spark('counted', {
  columns,
  script: new URL('../night/spark/counted.py', import.meta.url),
  reads: { made: events },
})

const stage: Stage = {
  ...{ name: 'test', startsAt: { hour: 3, minute: 30 }, timeZone: 'UTC', scheduled: true },
  warehouse: {
    ...{ kind: 'cluster', cluster: 'analytics', database: 'dwh' },
    secretArn: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:dwh-AbCdEf',
    copyRoleArn: 'arn:aws:iam::111111111111:role/copy',
  },
}

function synthesize(tables: readonly object[]) {
  const app = new App({ context: { ...cdk.context, 'aws:cdk:bundling-stacks': [] } })
  const graph = graphOf(tables)
  const storage = new StorageStack(app, 'storage', { stage, unloads: tables.length > 1 })
  const night = new NightStack(app, 'night', { stage, graph, storage })
  return { storage: Template.fromStack(storage), night: Template.fromStack(night) }
}

describe('where a table is made by Spark', () => {
  let night: Template
  let storage: Template
  beforeAll(() => {
    ;({ night, storage } = synthesize([events, counted]))
  })

  it('an application is deployed, which costs nothing while no job runs, and has limits', () => {
    night.hasResourceProperties('AWS::EMRServerless::Application', {
      ...{ Type: 'SPARK', Architecture: 'ARM64', ReleaseLabel: 'emr-7.11.0' },
      MaximumCapacity: { Cpu: '16 vCPU', Memory: '128 GB', Disk: '400 GB' },
      AutoStopConfiguration: { Enabled: true, IdleTimeoutMinutes: 5 },
      InitialCapacity: Match.absent(),
    })
  })

  it('it has no way to the internet, and nobody talks with it', () => {
    night.hasResourceProperties('AWS::EMRServerless::Application', {
      NetworkConfiguration: Match.absent(),
      InteractiveConfiguration: Match.absent(),
    })
  })

  it('no service but EMR has the role of jobs, and for no other application', () => {
    const [id] = Object.keys(night.findResources('AWS::EMRServerless::Application'))
    night.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: Match.objectLike({
        Statement: [
          {
            ...{ Action: 'sts:AssumeRole', Effect: 'Allow' },
            Principal: { Service: 'emr-serverless.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': [id, 'Arn'] } },
            },
          },
        ],
      }),
    })
  })

  it('the role of a warehouse that is there may write what jobs read, and nothing else', () => {
    const policies = Object.values(storage.findResources('AWS::S3::BucketPolicy'))
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    const written = statements.filter(
      (statement) =>
        JSON.stringify(statement).includes('role/copy') &&
        /PutObject/.test(JSON.stringify(statement)),
    )
    expect(written).toEqual([
      expect.objectContaining({
        Sid: 'UnloadWrites',
        Principal: { AWS: 'arn:aws:iam::111111111111:role/copy' },
        Resource: {
          'Fn::Join': ['', [expect.anything(), '/staging/spark/*/in/*']],
        },
      }),
    ])
  })
})

it('where none is, there is nothing of it', () => {
  const { night, storage } = synthesize([events])
  night.resourceCountIs('AWS::EMRServerless::Application', 0)
  const text = JSON.stringify([night.toJSON(), storage.toJSON()])
  expect(text).not.toMatch(/emr-serverless|staging\/spark|UnloadWrites|"unload\./i)
})
