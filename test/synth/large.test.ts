import { beforeAll, describe, expect, it } from '@jest/globals'
import { machinesFor } from '../../lib/forecast/steps.ts'
import { largeGraph, type Size, synthesizeLarge } from './large.ts'

/** What CloudFormation takes, in resources of a stack and bytes of a template. */
const RESOURCES = 500
const TEMPLATE = 1_000_000
/** What Step Functions takes of a definition. */
const DEFINITION = 1_048_576

const graph = largeGraph()
let sizes: Size[]
beforeAll(() => {
  // Bundles are not what this looks at; they take most of the time.
  sizes = synthesizeLarge(graph, { 'aws:cdk:bundling-stacks': [] })
})

describe('a warehouse of 300 tables and 12 sources', () => {
  it('fits the stacks, with a fifth of each limit to spare', () => {
    expect(graph.size).toBe(300)
    const templates = sizes.filter(({ resources }) => resources !== undefined)
    expect(templates.map(({ name }) => name)).toEqual(['usher-large-storage', 'usher-large-night'])
    for (const { resources = 0, bytes } of templates) {
      expect(resources).toBeGreaterThan(10)
      expect(resources).toBeLessThan(0.8 * RESOURCES)
      expect(bytes).toBeLessThan(0.8 * TEMPLATE)
    }
  })

  it('is cut into machines that each fit, with a tenth to spare', () => {
    const machines = sizes.filter(({ resources }) => resources === undefined)
    expect(machines.length).toBeGreaterThan(1)
    for (const { bytes } of machines) expect(bytes).toBeLessThan(0.9 * DEFINITION)
  })

  it('has machines of the size that a forecast counts with', () => {
    const machines = sizes.filter(({ resources }) => resources === undefined)
    const { budgets } = machinesFor(graph, () => 60)
    expect(budgets.length).toBe(machines.length)
    const counted = budgets.reduce((sum, { bytes }) => sum + bytes, 0)
    const found = machines.reduce((sum, { bytes }) => sum + bytes, 0)
    expect(counted / found).toBeGreaterThan(0.98)
    expect(counted / found).toBeLessThan(1.02)
  })
})
