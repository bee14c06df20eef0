import { StateMachine } from 'aws-local-stepfunctions'
import type { Definition, States } from '../../lib/machine/asl.ts'

/** What a task of a machine does, by the name of its state. */
export type Work = (state: string, event: never) => Promise<unknown>

/** The names of all tasks, at whatever depth. */
export const taskNames = ({ States }: States): string[] =>
  Object.entries(States).flatMap(([name, state]) => {
    if (state.Type === 'Parallel') return state.Branches.flatMap(taskNames)
    return state.Type === 'Task' ? [name] : []
  })

/** Runs a night's machine; gives the sentence it failed with, if it did. */
export async function run(
  definition: Definition,
  { input, name, redrives = 0 }: { input: object; name: string; redrives?: number },
  work: Work,
): Promise<string | undefined> {
  const handlers = Object.fromEntries(
    taskNames(definition).map((state) => [state, (event: never) => work(state, event)]),
  )
  const Id = `arn:aws:states:us-east-1:111111111111:execution:usher-dev-night:${name}`
  // Each definition is validated elsewhere, once.
  const machine = new StateMachine(definition as never, { validationOptions: { noValidate: true } })
  const execution = machine.run(input as never, {
    overrides: {
      taskResourceLocalHandlers: handlers as never,
      retryIntervalOverrides: Object.fromEntries(taskNames(definition).map((state) => [state, 1])),
    },
    context: { Execution: { Id, Name: name, Input: input, RedriveCount: redrives } } as never,
  })
  try {
    await execution.result
    return undefined
  } catch (error) {
    return (((error as Error).cause ?? error) as Error).message
  }
}
