import type { Leads, State, States, TaskState } from './asl.ts'
import { stateName } from './names.ts'
import { type Call, taskState } from './task.ts'

/** A step of a table's work: a state that calls a function. */
export interface Step {
  /** What it does: with the table's name, the name of the state. */
  readonly verb: string
  readonly call: Call
  /** It is given what the step before it gave; else the night and the table. */
  readonly continues?: true
}

/** The functions that serve every table. */
export interface Helpers {
  /** Waits until the upstream is complete. */
  readonly awaitUpstream: Call
  /** Writes down why a table failed. */
  readonly note: Call
}

export interface TableWork {
  readonly id: string
  readonly steps: readonly Step[]
  readonly awaits: readonly string[]
}

/**
 * The states of a table: its steps one after another, before them the wait for upstream that does not
 * come before it anyway. Whichever fails leads to a note, and the night goes on to `then`.
 */
export function tableStates(
  { id, steps, awaits }: TableWork,
  { awaitUpstream, note }: Helpers,
  then: Leads,
): States {
  const failed = stateName(id, 'failed')
  const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: failed }]
  const tasks: [name: string, state: TaskState][] = steps.map(({ verb, call, continues }) => [
    stateName(verb, id),
    taskState(call, {
      ...(continues ? { InputPath: '$.task' } : { Parameters: about(id) }),
      ResultPath: '$.task',
      Catch,
    }),
  ])
  if (awaits.length > 0) {
    const Parameters = { ...about(id), awaits }
    const state = taskState(awaitUpstream, { Parameters, ResultPath: null, Catch })
    tasks.unshift([stateName('Await upstream of', id), state])
  }
  const states: [string, State][] = tasks.map(([name, state], at) => {
    const Next = tasks[at + 1]?.[0]
    return [name, { ...state, ...(Next === undefined ? then : { Next }) }]
  })
  const Parameters = { ...about(id), 'error.$': '$.error' }
  states.push([failed, { ...taskState(note, { Parameters, ResultPath: null }), ...then }])
  return { StartAt: states[0]?.[0] ?? failed, States: Object.fromEntries(states) }
}

/** What a task is told: the night, and which table. */
const about = (table: string): Readonly<Record<string, unknown>> => ({
  table,
  'date.$': '$.date',
  'run.$': '$.run',
  'tables.$': '$.tables',
  'force.$': '$.force',
})
