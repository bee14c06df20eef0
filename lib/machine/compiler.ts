import type { Node } from '../graph/graph.ts'
import type { Plan } from '../graph/plan.ts'
import type { Leads, State, States } from './asl.ts'
import { groupNames } from './names.ts'
import { partStates } from './part.ts'
import { type Helpers, type Step, tableStates } from './table.ts'

/** What turns plans into the states of one machine, where each name is used once. */
export interface Compiler {
  /** The branches of a night's tables. */
  tables(plan: Plan): States[]
  /** The branches of a night whose tables are in machines of their own, its parts. */
  parts(groups: readonly (readonly string[])[], arnOf: (number: number) => string): States[]
}

/** A compiler for one machine; adds what tables await to `awaits`. */
export function compilerOf(
  stepsOf: (node: Node) => readonly Step[],
  helpers: Helpers,
  awaits: Map<string, readonly string[]>,
): Compiler {
  const nameOf = groupNames()

  function compile(plan: Plan, then: Leads): States {
    if (plan.kind === 'table') {
      const { id } = plan.node
      if (plan.awaits.length > 0) awaits.set(id, plan.awaits)
      return tableStates({ id, steps: stepsOf(plan.node), awaits: plan.awaits }, helpers, then)
    }
    if (plan.kind === 'parallel') {
      const name = nameOf(tablesOf(plan))
      const state: State = { Type: 'Parallel', Branches: branches(plan), ResultPath: null, ...then }
      return { StartAt: name, States: { [name]: state } }
    }
    const [first, ...rest] = plan.steps
    if (first === undefined) throw new Error('a series of nothing')
    if (rest.length === 0) return compile(first, then)
    const others = compile({ kind: 'series', steps: rest }, then)
    const start = compile(first, { Next: others.StartAt })
    return { StartAt: start.StartAt, States: { ...start.States, ...others.States } }
  }

  const branches = (plan: Plan): States[] =>
    (plan.kind === 'parallel' ? plan.branches : [plan]).map((one) => compile(one, { End: true }))

  return {
    tables: branches,
    parts: (groups, arnOf) =>
      groups.map((ids, at) => partStates(nameOf(ids), ids, arnOf(at + 1), helpers.note)),
  }
}

function tablesOf(plan: Plan): string[] {
  if (plan.kind === 'table') return [plan.node.id]
  return (plan.kind === 'series' ? plan.steps : plan.branches).flatMap(tablesOf)
}
