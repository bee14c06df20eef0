import { Failure } from '../error.ts'
import type { Graph, Node } from '../graph/graph.ts'
import { planOf } from '../graph/plan.ts'
import type { Seconds } from '../graph/schedule.ts'
import type { Definition } from './asl.ts'
import { ALLOWED, type Budget, budgetOf } from './budget.ts'
import { compilerOf } from './compiler.ts'
import { type NightFunctions, nightOf } from './night.ts'
import { partOf } from './part.ts'
import { partsOf } from './parts.ts'
import { type Step, tableStates } from './table.ts'

export interface MachinesOptions {
  readonly graph: Graph
  /** How long each table is expected to take. */
  readonly seconds: Seconds
  /** What is done for a table, one after another. */
  readonly stepsOf: (node: Node) => readonly Step[]
  readonly functions: NightFunctions
  /** The ARN of the state machine of a part, by its number from 1, or what will be put in its place. */
  readonly partArn: (number: number) => string
}

/** The state machine of a night, and those of its parts where it is too large for one. */
export interface Machines {
  readonly night: Definition
  readonly parts: readonly Definition[]
  /** What each of them takes of what is allowed, the night first. */
  readonly budgets: readonly Budget[]
  /** The tables that wait for some of their upstream in a state of their own, and for what. */
  readonly awaits: ReadonlyMap<string, readonly string[]>
}

/**
 * Compiles the dependency graph to state machines. No table waits for one that it does not need. A
 * table that fails is noted and the night goes on; what is made from it is skipped; the last task
 * fails the execution if anything is missing. Throws a BadDeclaration where there are no tables.
 */
export function machinesOf(options: MachinesOptions): Machines {
  const { graph, seconds, stepsOf, functions, partArn } = options
  if (graph.size === 0) throw new Failure('BadDeclaration', 'the warehouse has no tables')
  const groups = partsOf(graph, (node) => {
    const table = { id: node.id, steps: stepsOf(node), awaits: node.needs }
    return budgetOf(tableStates(table, functions, { End: true }), table.steps)
  })
  const awaits = new Map<string, readonly string[]>()
  const plans = groups.map((ids) => planOf(graph, seconds, ids))
  const compiler = () => compilerOf(stepsOf, functions, awaits)
  const [whole] = plans
  const isOne = whole && plans.length === 1
  const branches = isOne ? compiler().tables(whole) : compiler().parts(groups, partArn)
  const night = nightOf(functions, branches)
  const parts = isOne ? [] : plans.map((plan) => partOf(compiler().tables(plan)))
  const steps = groups.map((ids) => ids.flatMap((id) => stepsIn(graph, stepsOf, id)))
  const budgets = isOne
    ? [withinLimits(night, steps.flat())]
    : [withinLimits(night, []), ...parts.map((part, at) => withinLimits(part, steps[at] ?? []))]
  return { night, parts, budgets, awaits }
}

function stepsIn(graph: Graph, stepsOf: MachinesOptions['stepsOf'], id: string): readonly Step[] {
  const node = graph.get(id)
  return node ? stepsOf(node) : []
}

function withinLimits(definition: Definition, steps: readonly Step[]): Budget {
  const budget = budgetOf(definition, steps)
  const { bytes, events, waiting } = budget
  for (const [what, taken] of Object.entries({ bytes, events: events + waiting })) {
    const allowed = ALLOWED[what as keyof typeof ALLOWED]
    if (taken <= allowed) continue
    const problem = `the machine takes ${taken} ${what}, Step Functions allows ${allowed}`
    throw new Failure('BadDeclaration', problem)
  }
  return budget
}
