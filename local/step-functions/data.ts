import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions'
import type { Catcher, State } from './definition.ts'
import { StateError } from './error.ts'

/** The context object, what `$$` is in a path. */
export interface Context {
  readonly TheExecution: Readonly<Record<string, unknown>>
  readonly State: {
    readonly EnteredTime: string
    readonly Name: string
    readonly RetryCount: number
  }
  readonly StateMachine: { readonly Id: string; readonly Name: string }
  readonly Map?: { readonly Item: { readonly Index: number; readonly Value: unknown } }
}

type Handler = (input: unknown) => unknown
type Fields = Readonly<Record<string, unknown>>

/** The largest JSON that may pass between states, in bytes. */
const LARGEST = 262_144

/** The fields that say what becomes of a state's input and result. */
const FLOW = ['InputPath', 'Parameters', 'ResultSelector', 'ResultPath', 'OutputPath'] as const

/** Does the work of a state between what it makes of its input and what it makes of the result. */
export function work(
  name: string,
  state: State,
  input: unknown,
  context: Context,
  handler: Handler,
): Promise<unknown> {
  const flow = FLOW.flatMap((field) => (field in state ? [[field, state[field as never]]] : []))
  const task = { Type: 'Task', Resource: 'here', ...Object.fromEntries(flow), End: true }
  const guarded = async (input: unknown) => limited(await handler(limited(input, name)), name)
  return evaluate({ [name]: task }, name, input, context, { [name]: guarded })
}

/** Does a state that has no work: Pass, Wait, Succeed, Fail. */
export function pass(
  name: string,
  { Next: _, ...state }: State,
  input: unknown,
  context: Context,
  signal: AbortSignal,
): Promise<unknown> {
  const ends = state.Type === 'Succeed' || state.Type === 'Fail' ? {} : { End: true }
  return evaluate({ [name]: { ...state, ...ends } }, name, input, context, {}, signal)
}

/** Does a Choice: gives the state that it leads to, and what that is given. */
export async function choose(
  name: string,
  state: State,
  input: unknown,
  context: Context,
): Promise<{ next: string; output: unknown }> {
  const targets = [...(state.Choices ?? []).map(({ Next }) => Next), state.Default ?? []].flat()
  let chosen = ''
  const handlers = targets.map((next): [string, Handler] => [
    next,
    (given) => {
      chosen = next
      return given
    },
  ])
  const ends = targets.map((next) => [next, { Type: 'Task', Resource: 'here', End: true }])
  const states = { ...Object.fromEntries(ends), [name]: { ...state } }
  const output = await evaluate(states, name, input, context, Object.fromEntries(handlers))
  return { next: chosen, output }
}

/** What a template or a path gives: `{"key.$": "$.manifest"}`, `$.items`. */
export const resolve = (
  template: Fields | string,
  input: unknown,
  context: Context,
): Promise<unknown> => {
  const flow = typeof template === 'string' ? { InputPath: template } : { Parameters: template }
  return evaluate({ value: { Type: 'Pass', ...flow, End: true } }, 'value', input, context)
}

/** What a state that caught an error hands on. */
export const caught = (
  { ResultPath }: Catcher,
  { name, message }: Error,
  input: unknown,
  context: Context,
): Promise<unknown> => {
  const state = { Type: 'Task', ...(ResultPath !== undefined && { ResultPath }) } as State
  return work('caught', state, input, context, () => ({ Error: name, Cause: message }))
}

/** Gives the value. Throws a StateError where it is too large to pass between states. */
export function limited<T>(value: T, name: string): T {
  if (Buffer.byteLength(JSON.stringify(value) ?? '') <= LARGEST) return value
  const cause = `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`
  throw new StateError('States.DataLimitExceeded', cause)
}

/** Has the interpreter do one state. Throws what the state fails with. */
async function evaluate(
  states: Readonly<Record<string, unknown>>,
  StartAt: string,
  input: unknown,
  context: Context,
  handlers: Readonly<Record<string, Handler>> = {},
  signal?: AbortSignal,
): Promise<unknown> {
  const machine = new StateMachine({ StartAt, States: whole(states) } as StateMachineDefinition, {
    validationOptions: { noValidate: true },
  })
  const { result, abort } = machine.run(input as never, {
    overrides: { taskResourceLocalHandlers: handlers as never },
    context: context as never,
  })
  signal?.addEventListener('abort', abort)
  try {
    return await result
  } catch (thrown) {
    throw (thrown as Error).cause ?? thrown
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** States without time limits, which are held elsewhere, and without the path that says nothing. */
const whole = (states: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(states).map(([name, state]) => {
      const { ResultPath, ...others } = state as Fields
      const path = ResultPath === undefined || ResultPath === '$' ? {} : { ResultPath }
      return [name, { TimeoutSeconds: LONGEST_TIMER, ...others, ...path }]
    }),
  )

/** The most seconds that a timer of Node can wait. */
export const LONGEST_TIMER = Math.floor((2 ** 31 - 1) / 1000)
