import { describe, expect, it } from '@jest/globals'
import aslValidator from 'asl-validator'
import fc from 'fast-check'
import type { Graph } from '../../lib/graph/graph.ts'
import { scheduleOf } from '../../lib/graph/schedule.ts'
import type { Definition, ParallelState, State, States, TaskState } from '../../lib/machine/asl.ts'
import { ALLOWED } from '../../lib/machine/budget.ts'
import { describeMachines } from '../../lib/machine/describe.ts'
import { groupNames, placeholder, stateName } from '../../lib/machine/names.ts'
import { turnsIn } from '../../lib/machine/task.ts'
import { graphBy, randomGraph, randomOf, randomSeconds, type Shape } from '../graph/random.ts'
import { compile, inChunks, inTurn } from './compile.ts'
import { sharpLooks, simulate } from './simulate.ts'

const shapes: Shape[] = ['layered', 'scale-free', 'series-parallel']

function random(shape: Shape, size: number, seed: number) {
  const next = randomOf(seed)
  const graph = randomGraph(shape, size, next)
  const known = randomSeconds(graph, next)
  const seconds = (id: string) => known.get(id) ?? 0
  return { graph, seconds, machines: compile(graph, seconds) }
}

const taskNames = ({ States }: States): string[] =>
  Object.entries(States).flatMap(([name, state]) =>
    state.Type === 'Parallel'
      ? state.Branches.flatMap(taskNames)
      : state.Type === 'Task'
        ? [name]
        : [],
  )

const lengthOf = (graph: Graph, seconds: (id: string) => number) =>
  Math.max(...[...scheduleOf(graph, seconds).values()].map(({ end }) => end))

const nextOf = (state: State): string | undefined => {
  if (state.Type === 'Choice') {
    return [...state.Choices.map(({ Next }) => Next), state.Default].join(', or ')
  }
  return 'Next' in state ? state.Next : undefined
}

/** What a validator that is not ours has against a definition, as it is deployed. */
function problemsOf(definition: Definition): readonly unknown[] {
  const deployed = JSON.parse(
    JSON.stringify(definition).replaceAll(placeholder('Partition'), 'aws'),
  )
  const { isValid, errors } = aslValidator(deployed, { checkPaths: true, checkArn: true })
  return isValid ? [] : errors
}

describe('machinesOf', () => {
  it('makes of every graph what a validator that is not ours takes', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(...shapes),
        (seed, size, shape) => {
          const { night } = random(shape, size, seed).machines
          expect(problemsOf(night)).toEqual([])
        },
      ),
      { numRuns: 50 },
    )
  })

  it('makes no night longer than its critical path', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(...shapes),
        (seed, size, shape) => {
          const { graph, seconds, machines } = random(shape, size, seed)
          // Nights are not like the last ones, which the plan was made for.
          const tonight = randomSeconds(graph, randomOf(seed + 1))
          for (const actual of [seconds, (id: string) => tonight.get(id) ?? 0]) {
            const { length } = simulate(machines, actual, sharpLooks)
            expect(length).toBeCloseTo(lengthOf(graph, actual), 6)
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('cuts a night that is too large for one machine, and every cut is within the limits', () => {
    const { graph, seconds, machines } = random('layered', 1000, 1)
    expect(machines.parts.length).toBeGreaterThan(1)
    for (const { bytes, events } of machines.budgets) {
      expect(bytes).toBeLessThan(0.9 * ALLOWED.bytes)
      expect(events).toBeLessThan(0.6 * ALLOWED.events)
    }
    const made = machines.parts.flatMap(taskNames).filter((name) => /^(Load|Transform) /.test(name))
    expect(made.map((name) => name.split(' ')[1]).sort()).toEqual([...graph.keys()].sort())
    expect(simulate(machines, seconds, sharpLooks).length).toBeCloseTo(lengthOf(graph, seconds), 6)
    for (const definition of [machines.night, ...machines.parts]) {
      expect(problemsOf(definition)).toEqual([])
    }
  })

  it('leaves room for 300 tables of a source that few may read at once to wait all night', () => {
    const graph = graphBy(300, () => [])
    const { parts, budgets } = compile(graph, () => 60, inTurn)
    // Each waits 20 hours, is tried 77 times, and each try is three events.
    expect(turnsIn(20 * 3600)).toBe(77)
    expect(budgets.reduce((sum, { waiting }) => sum + waiting, 0)).toBe(300 * 77 * 3)
    expect(parts).toHaveLength(4)
    for (const { events, waiting } of budgets) {
      expect(events + waiting).toBeLessThan(0.81 * ALLOWED.events)
    }
    expect(describeMachines({ budgets, awaits: new Map() }, 300)).toContain(
      'Where tables wait for their turn at a source all night, 80 % of a history.',
    )
    expect(compile(graph, () => 60).budgets).toMatchObject([{ waiting: 0 }])
  })

  it('limits, retries and catches whatever calls a function', () => {
    const { machines } = random('layered', 30, 7)
    const tasks = (states: States): [string, TaskState][] =>
      Object.entries(states.States).flatMap(([name, state]) =>
        state.Type === 'Parallel'
          ? state.Branches.flatMap(tasks)
          : state.Type === 'Task'
            ? [[name, state] as [string, TaskState]]
            : [],
      )
    for (const [name, { TimeoutSeconds, Retry, Catch }] of tasks(machines.night)) {
      if (name === 'Tell of it') continue
      expect(TimeoutSeconds).toBe(960)
      expect(Retry.flatMap(({ ErrorEquals }) => ErrorEquals)).toContain('Transient')
      const ofTable = /^(Await upstream of|Extract|Load|Transform) (.*)$/.exec(name)?.[2]
      expect(Catch?.[0]?.Next).toBe(ofTable === undefined ? undefined : `${ofTable} failed`)
    }
  })

  it('says what a night takes, and who waits for whom', () => {
    const graph = graphBy(5, (at) => [[], [], [], [0, 1], [1, 2]][at] ?? [])
    const machines = compile(graph, () => 1)
    expect(describeMachines(machines, graph.size)).toBe(
      [
        '5 tables in one state machine. A night takes 15 transitions;',
        'of what is allowed, 1 % of a history (70 events)',
        'and 2 % of a definition (19 kB).',
        'No table waits for one that it does not need.',
        'Awaited, besides what comes before in the machine:',
        '  t3 awaits t1',
        '  t4 awaits t2',
      ].join('\n'),
    )
  })

  it('reads a table in chunks, each of which is tried again by itself', () => {
    const graph = graphBy(1, () => [])
    const { night } = compile(graph, () => 1, inChunks)
    expect(problemsOf(night)).toEqual([])
    const [branch] = (night.States.Tables as ParallelState).Branches
    const ways = ({ States }: States) =>
      Object.entries(States).map(([name, state]) => [name, nextOf(state)])
    expect(ways(night)).toEqual([
      ['Prepare', 'Tables'],
      ['Tables', 'Report'],
      ['Report', 'How did it end?'],
      ['How did it end?', 'Prepare, or Tell of it, or Night complete'],
      ['Tell of it', 'Night incomplete'],
      ['Night incomplete', 'How did it end?'],
      ['Night complete', undefined],
    ])
    expect(ways(branch as States)).toEqual([
      ['Plan t0', 'Are there chunks of t0'],
      ['Are there chunks of t0', 'Extract t0 in chunks, or Seal t0'],
      ['Extract t0 in chunks', 'Seal t0'],
      ['Seal t0', 'Load t0'],
      ['Load t0', undefined],
      ['t0 failed', undefined],
    ])
    expect(branch?.States['Extract t0 in chunks']).toMatchObject({
      Type: 'Map',
      MaxConcurrency: 4,
      Catch: [{ Next: 't0 failed' }],
      ItemProcessor: { States: { 'Extract a chunk of t0': { Retry: expect.anything() } } },
    })
  })

  it('refuses a warehouse without tables', () => {
    expect(() => compile(new Map(), () => 1)).toThrow('the warehouse has no tables')
  })
})

describe('names of states', () => {
  it('are cut to what Step Functions takes, and stay apart', () => {
    const [first, second] = ['a', 'b'].map((end) => stateName('Extract', 'x'.repeat(100) + end))
    expect(first).toHaveLength(80)
    expect(first).not.toBe(second)
  })
  it('say what runs side by side, once each', () => {
    const nameOf = groupNames()
    expect(nameOf(['a', 'b', 'c'])).toBe('a, b and 1 more')
    expect(nameOf(['a', 'b', 'c'])).toBe('a, b and 1 more (2)')
  })
})
