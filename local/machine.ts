import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions'
import type { Assembly, FunctionResource } from './assembly.ts'

/** What a task state is doing. */
export interface TaskEvent {
  /** `Extract events` */
  readonly state: string
  readonly input: unknown
}

export interface Watcher {
  started(task: TaskEvent): void
  ended(task: TaskEvent & { seconds: number; result?: unknown; error?: Error }): void
}

/** How an execution ended, as Step Functions would say it. */
export interface Ending {
  readonly status: 'SUCCEEDED' | 'FAILED'
  readonly output?: unknown
  readonly error?: string
  readonly cause?: string
}

/** Runs the synthesized state machine; each of its tasks is a call of `invoke`. */
export async function runMachine(
  { machine, functions }: Assembly,
  { input, name }: { input: object; name: string },
  invoke: (fn: FunctionResource, event: unknown) => Promise<unknown>,
  watcher: Watcher,
): Promise<Ending> {
  const handlers: Record<string, (event: unknown) => Promise<never>> = {}
  for (const [state, arn] of tasksOf(machine)) {
    const fn = functions.get(arn)
    if (!fn) throw new Error(`${state} calls ${arn}, which no stack defines`)
    handlers[state] = async (input) => {
      const start = performance.now()
      const seconds = () => (performance.now() - start) / 1000
      watcher.started({ state, input })
      try {
        const result = await invoke(fn, input)
        watcher.ended({ state, input, seconds: seconds(), result })
        return result as never
      } catch (error) {
        watcher.ended({ state, input, seconds: seconds(), error: error as Error })
        throw error
      }
    }
  }
  const execution = new StateMachine(machine).run(input as never, {
    overrides: { taskResourceLocalHandlers: handlers as never },
    context: {
      Execution: {
        ...({ Name: name, Input: input as never, RedriveCount: 0 } as object),
        Id: `arn:aws:states:us-east-1:111111111111:execution:night:${name}`,
      },
    } as never,
  })
  try {
    return { status: 'SUCCEEDED', output: await execution.result }
  } catch (thrown) {
    const { name, message } = ((thrown as Error).cause ?? thrown) as Error
    return { status: 'FAILED', error: name, cause: message }
  }
}

type States = Pick<StateMachineDefinition, 'States'>

/** Every task state, at whatever depth, with the ARN it calls. */
function tasksOf({ States }: States): [state: string, arn: string][] {
  return Object.entries(States).flatMap(([name, state]) => {
    if (state.Type === 'Task') return [[name, state.Resource] as [string, string]]
    return state.Type === 'Parallel' ? state.Branches.flatMap(tasksOf) : []
  })
}
