import type { Node } from '../graph/graph.ts'
import type { Plan } from '../graph/plan.ts'
import type { Leads, State, States } from './asl.ts'
import { groupNames, placeholder } from './names.ts'
import { LONGEST } from './night.ts'
import { type Helpers, type Step, tableStates } from './table.ts'

/** What turns plans into the states of one machine, where each name is used once. */
export interface Compiler {
  plan(plan: Plan, then: Leads): States
  /** Executions of the machines of parts, side by side. */
  parts(
    groups: readonly (readonly string[])[],
    arnOf: (number: number) => string,
    then: Leads,
  ): States
}

/** A compiler for one machine; adds what tables await to `awaits`. */
export function compilerOf(
  stepsOf: (node: Node) => readonly Step[],
  helpers: Helpers,
  awaits: Map<string, readonly string[]>,
): Compiler {
  const nameOf = groupNames()

  function parallel(name: string, Branches: readonly States[], then: Leads): States {
    const state: State = { Type: 'Parallel', Branches, ResultPath: null, ...then }
    return { StartAt: name, States: { [name]: state } }
  }

  function plan(plan: Plan, then: Leads): States {
    if (plan.kind === 'table') {
      const { id } = plan.node
      if (plan.awaits.length > 0) awaits.set(id, plan.awaits)
      return tableStates({ id, steps: stepsOf(plan.node), awaits: plan.awaits }, helpers, then)
    }
    if (plan.kind === 'parallel') {
      const branches = plan.branches.map((branch) => compile(branch, { End: true }))
      return parallel(nameOf(tablesOf(plan)), branches, then)
    }
    const [first, ...rest] = plan.steps
    if (first === undefined) throw new Error('a series of nothing')
    if (rest.length === 0) return compile(first, then)
    const others = compile({ kind: 'series', steps: rest }, then)
    const start = compile(first, { Next: others.StartAt })
    return { StartAt: start.StartAt, States: { ...start.States, ...others.States } }
  }
  const compile = plan

  return {
    plan,
    parts(groups, arnOf, then) {
      const branches = groups.map((ids, at): States => {
        const name = nameOf(ids)
        return { StartAt: name, States: { [name]: partState(arnOf(at + 1)) } }
      })
      return parallel(nameOf(groups.flat()), branches, then)
    },
  }
}

/** A state that starts an execution of a part's machine, and ends as that does. */
const partState = (StateMachineArn: string): State => ({
  Type: 'Task',
  Resource: `arn:${placeholder('Partition')}:states:::states:startExecution.sync:2`,
  TimeoutSeconds: LONGEST,
  Parameters: {
    StateMachineArn,
    Input: {
      'date.$': '$.date',
      'run.$': '$.run',
      'tables.$': '$.tables',
      'force.$': '$.force',
      'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$': '$$.Execution.Id',
    },
  },
  ResultPath: null,
  // What was complete when the part was ended is skipped.
  Retry: [
    { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 30, MaxAttempts: 1, BackoffRate: 1 },
  ],
  End: true,
})

function tablesOf(plan: Plan): string[] {
  if (plan.kind === 'table') return [plan.node.id]
  return (plan.kind === 'series' ? plan.steps : plan.branches).flatMap(tablesOf)
}
