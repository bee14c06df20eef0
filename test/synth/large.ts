import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { integer, mirror, mysql, sql, transform } from '#lib'
import { type Graph, graphOf } from '../../lib/graph/graph.ts'
import { NightStack } from '../../lib/stacks/night-stack.ts'
import type { Stage } from '../../lib/stacks/stage.ts'
import { StorageStack } from '../../lib/stacks/storage-stack.ts'

const SOURCES = 12
const MIRRORS = 20
const TRANSFORMS = 60

/**
 * A warehouse of 300 tables: twelve sources of twenty mirrors, one of which is read in chunks and three
 * of which ask for memory of their own, and sixty transforms of two mirrors each.
 */
export function largeGraph(): Graph {
  const columns = { id: integer().primaryKey() }
  const mirrors = Array.from({ length: SOURCES }, (_, s) => {
    const source = mysql(`source_${s}`, { secret: `usher/source-${s}` })
    return Array.from({ length: MIRRORS }, (_, t) =>
      mirror(source.table(`mirror_${s}_${t}`), {
        columns,
        ...(t === 0 && { chunks: { by: 'id' } as const }),
        ...(t < 3 && { resources: { memory: 2000 + 100 * t } }),
      }),
    )
  }).flat()
  const transforms = Array.from({ length: TRANSFORMS }, (_, at) => {
    const [one, other] = mirrors.slice(4 * at, 4 * at + 2)
    if (!one || !other) throw new Error('a transform of nothing')
    return transform(`transform_${at}`, {
      select: { id: one.id },
      from: sql`${one} join ${other} on ${one.id} = ${other.id}`,
    })
  })
  return graphOf([...mirrors, ...transforms])
}

/** A stage in a VPC of its own, where every source is. */
export const largeStage: Stage = {
  name: 'large',
  startsAt: { hour: 3, minute: 30 },
  timeZone: 'UTC',
  scheduled: true,
  warehouse: { kind: 'new', database: 'warehouse', baseCapacity: 8 },
  vpc: { kind: 'new' },
  sources: Object.fromEntries(
    Array.from({ length: SOURCES }, (_, s) => [`source_${s}`, { inVpc: true }]),
  ),
  alarmEmails: ['data@example.com'],
}

/** What a stack is of what CloudFormation takes, and a machine of what Step Functions does. */
export interface Size {
  readonly name: string
  readonly resources?: number
  readonly bytes: number
}

/** Synthesizes it, and gives the size of each template and definition. */
export function synthesizeLarge(graph: Graph, context: object = {}): Size[] {
  const cdk = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'))
  const app = new App({ context: { ...cdk.context, ...context } })
  const stage = largeStage
  const storage = new StorageStack(app, 'usher-large-storage', { stage, copiesFrom: ['logs'] })
  new NightStack(app, 'usher-large-night', { stage, graph, storage })
  const { stacks, directory } = app.synth()
  const templates = stacks.map(({ stackName, template, templateFullPath }) => ({
    name: stackName,
    resources: Object.keys(template.Resources).length,
    bytes: readFileSync(templateFullPath).length,
  }))
  const machines = Object.values<{ Type: string; Properties: { StateMachineName?: string } }>(
    stacks.at(-1)?.template.Resources,
  ).flatMap(({ Type, Properties: { StateMachineName: name } }) =>
    Type === 'AWS::StepFunctions::StateMachine' && name ? [name] : [],
  )
  return [
    ...templates,
    ...machines.map((name) => ({
      name,
      bytes: deployedBytes(readFileSync(join(directory, `${name}.asl.json`), 'utf8')),
    })),
  ]
}

/** The longest ARN takes the place of a name. */
const deployedBytes = (definition: string): number =>
  definition.replaceAll(/\$\{\w+\}/g, '-'.repeat(120)).length
