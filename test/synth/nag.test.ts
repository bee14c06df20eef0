import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { App, Stack, Validations } from 'aws-cdk-lib'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { AwsSolutionsChecks } from 'cdk-nag'
import { stages } from '../../bin/stages/index.ts'
import { loadGraph } from '../../bin/warehouse.ts'
import { letGet } from '../../lib/constructs/bucket-rights.ts'
import type { Graph } from '../../lib/graph/graph.ts'
import { NightStack } from '../../lib/stacks/night-stack.ts'
import type { Stage } from '../../lib/stacks/stage.ts'
import { StorageStack } from '../../lib/stacks/storage-stack.ts'
import { ReasonedWildcards, wildcardsOf } from '../../lib/stacks/wildcards.ts'
import { expectGolden } from '../golden.ts'

const cdk = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'))
let graph: Graph
beforeAll(async () => {
  graph = await loadGraph()
})

/** An app whose synthesis fails where cdk-nag, or CDK's validation of templates, finds anything. */
function strictApp(): App {
  const context = {
    ...cdk.context,
    '@aws-cdk/core:validateAgainstDefaultRules': true,
    'aws:cdk:bundling-stacks': [],
  }
  const app = new App({ context })
  Validations.of(app).addPlugins(new ReasonedWildcards(), new AwsSolutionsChecks())
  return app
}

function deploy(app: App, stage: Stage): void {
  const env = { account: stage.account, region: stage.region }
  const copiesFrom = ['marketplace-logs']
  const storage = new StorageStack(app, `${stage.name}-storage`, {
    ...{ env, stage, copiesFrom, unloads: true },
  })
  new NightStack(app, `${stage.name}-night`, { env, stage, graph, storage })
}

/** What the synthesis of an app finds wrong, and says on the terminal. */
function problemsOf(app: App): string[] {
  const said: string[] = []
  const { error } = console
  console.error = (...words: unknown[]) => said.push(words.join(' '))
  try {
    app.synth()
  } catch (failure) {
    said.push(String(failure))
  } finally {
    console.error = error
  }
  return said
}

const everywhere: Stage = {
  name: 'all',
  startsAt: { hour: 4, minute: 0 },
  timeZone: 'UTC',
  scheduled: true,
  warehouse: { kind: 'new', database: 'warehouse', baseCapacity: 8 },
  vpc: { kind: 'new' },
  sources: { production: { inVpc: true }, search: { inVpc: true } },
}

describe('what is synthesized', () => {
  it.each([...stages, everywhere].map((stage) => [stage.name, stage] as const))(
    'passes cdk-nag and the validation of templates: %s',
    (_, stage) => {
      const app = strictApp()
      deploy(app, stage)
      expect(problemsOf(app)).toEqual([])
    },
  )

  it('would not pass were something wrong', () => {
    const app = strictApp()
    new Bucket(new Stack(app, 'wrong'), 'Open')
    expect(problemsOf(app).join('\n')).toContain('AwsSolutions-S10')
  })

  it('has a reason for each right with a wildcard', () => {
    const app = strictApp()
    for (const stage of [...stages, everywhere]) deploy(app, stage)
    app.synth()
    const byReason = Map.groupBy(wildcardsOf(app), ({ because = 'NO REASON' }) => because)
    const text = [...byReason]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([because, wildcards]) => {
        const rights = wildcards.map(({ action, resource }) => `  ${action} ${plain(resource)}`)
        return `${because}\n${[...new Set(rights)].sort().join('\n')}\n`
      })
    expectGolden('wildcards.txt', text.join('\n'))
    expect([...byReason.keys()]).not.toContain('NO REASON')
  })

  it('fails with a wildcard that nobody gave a reason for', () => {
    const app = strictApp()
    deploy(app, everywhere)
    const night = app.node.findChild('all-night') as NightStack
    const report = night.node.findChild('Tasks').node.findChild('Report')
    letGet(report as never, new Bucket(night, 'Other', { enforceSSL: true }), '*')
    expect(problemsOf(app).join('\n')).toContain('lib/stacks/wildcards.ts')
  })
})

/** A resource without what differs from stage to stage, and the ends that CDK gives names. */
const plain = (resource: string) =>
  resource
    .replace(/\S*ExportsOutput(FnGetAtt|Ref)([A-Za-z0-9]+?)[0-9A-F]{8}\w*/g, '<$2>')
    .replace(/<([A-Za-z]+?)[0-9A-F]{8}(\.Arn)?>/g, '<$1>')
    .replace('arn:aws:', 'arn:<AWS::Partition>:')
    .replace('us-east-1:111122223333', '<AWS::Region>:<AWS::AccountId>')
    .replace(/usher-(all|dev|prod)-/, 'usher-<stage>-')
