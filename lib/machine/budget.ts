import type { ChoiceState, State, States } from './asl.ts'
import { LONGEST } from './night.ts'
import type { Step } from './table.ts'
import { turnsIn } from './task.ts'

/** What Step Functions allows: bytes of a definition, events of an execution's history. */
export const ALLOWED = { bytes: 1_048_576, events: 25_000 } as const

/** What a night in which nothing fails takes of that; a retry is three events more. */
export interface Budget {
  readonly bytes: number
  readonly events: number
  /** The events that are added where all wait for their turn at a source for as long as a night may last. */
  readonly waiting: number
  /** States entered: what AWS charges for. */
  readonly transitions: number
}

/** The longest ARN of a function: it takes the place of its name when the machine is deployed. */
const ARN = 'arn:aws:lambda:ap-southeast-1:111111111111:function:'.length + 64

/** The bytes that states take in a definition that is deployed. */
export const bytesOf = (states: object): number =>
  Buffer.byteLength(JSON.stringify(states).replaceAll(/\$\{\w+\}/g, '-'.repeat(ARN)))

/** Of a retry: that the function is scheduled, starts, fails. */
const RETRY = 3

/** Takes the steps of those tables that are in the definition. */
export function budgetOf(definition: States, steps: readonly Step[]): Budget {
  const entered = [...enteredStates(definition)]
  const events = entered.reduce((sum, state) => sum + eventsOf(state), 2)
  // A chunk waits in an execution of its own, which has a history of its own.
  const waiting = steps.filter((step) => 'call' in step && step.call.waits).length
  return {
    bytes: bytesOf(definition),
    events,
    waiting: waiting * turnsIn(LONGEST) * RETRY,
    transitions: entered.length,
  }
}

/** The states that are entered where nothing fails. */
function* enteredStates({ StartAt, States }: States): Generator<State> {
  for (let name: string | undefined = StartAt; name !== undefined; ) {
    const state: State | undefined = States[name]
    if (!state) return
    yield state
    if (state.Type === 'Parallel') for (const branch of state.Branches) yield* enteredStates(branch)
    name = state.Type === 'Choice' ? workOf(state) : 'Next' in state ? state.Next : undefined
  }
}

/** Where a Choice leads: of a table's task, to its work; of how a night ended, to its end. */
const workOf = ({ Choices, Default }: ChoiceState): string =>
  Choices.find(({ Variable }) => Variable.startsWith('$.task.'))?.Next ?? Default

/**
 * Entered and exited, and what lies between: of a function that it is scheduled, starts, succeeds; of
 * what is awaited elsewhere, that it was submitted too.
 */
function eventsOf(state: State): number {
  if (state.Type === 'Parallel') return 4
  if (state.Type === 'Map') return 6
  if (state.Type !== 'Task') return 2
  return /:states:::.*\.sync/.test(state.Resource) ? 6 : 5
}
