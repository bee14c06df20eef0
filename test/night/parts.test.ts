import { beforeAll, expect, it, jest } from '@jest/globals'
import type { Graph } from '../../lib/graph/graph.ts'
import { startStepFunctions } from '../../local/step-functions/step-functions.ts'
import { randomGraph, randomOf } from '../graph/random.ts'
import { compile } from '../machine/compile.ts'

const arn = (name: string) => `arn:aws:states:us-east-1:111111111111:stateMachine:${name}`
const graph: Graph = randomGraph('layered', 400, randomOf(1))

beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
})

it('does a night that is too large for one machine in several, each table after what it needs', async () => {
  const { night, parts } = compile(graph, () => 1)
  expect(parts.length).toBeGreaterThan(1)
  const deployed = (definition: object) =>
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what stands in a definition
    JSON.stringify(definition).replaceAll('${Partition}', 'aws')
  const done = new Map<string, () => void>()
  const complete = new Set<string>()
  const early: string[] = []
  const stand = await startStepFunctions({
    machines: [
      { arn: arn('night'), definition: deployed(night) },
      ...parts.map((part, at) => ({ arn: arn(`part-${at + 1}`), definition: deployed(part) })),
    ],
    async invoke(fn, input) {
      const name = fn.split(':').at(-1)
      const { table = '', awaits = [] } = input as { table?: string; awaits?: string[] }
      if (name === 'prepare')
        return {
          date: '2026-11-23',
          run: 'run',
          tables: [],
          selected: [],
          force: false,
          accept: [],
          redrives: 0,
          warnings: [],
        }
      if (name === 'report') return { again: false }
      if (name === 'await') {
        const missing = awaits.filter((id) => !complete.has(id))
        await Promise.all(
          missing.map(
            (id) =>
              new Promise<void>((resolve) => {
                const others = done.get(id)
                done.set(id, () => {
                  others?.()
                  resolve()
                })
              }),
          ),
        )
        return {}
      }
      if (name === 'extract') return input
      if (graph.get(table)?.needs.some((need) => !complete.has(need))) early.push(table)
      complete.add(table)
      done.get(table)?.()
      return { table }
    },
    s3: undefined as never,
  })
  try {
    const { status } = await stand.run(arn('night'), 'run', { date: '2026-11-23' })
    expect([status, early, complete.size]).toEqual(['SUCCEEDED', [], graph.size])
  } finally {
    await stand.stop()
  }
})
