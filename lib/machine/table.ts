import type { Catcher, Leads, State, States } from './asl.ts'
import { type ChunksStep, chunksStates } from './chunks.ts'
import { stateName } from './names.ts'
import { type SparkStep, sparkStates } from './spark.ts'
import { type Call, taskState } from './task.ts'

/** A step of a table's work. */
export type Step = TaskStep | ChunksStep | SparkStep

/** A state that calls a function. */
export interface TaskStep {
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

/** What there is to do for a table. */
export interface TableWork {
  readonly id: string
  readonly steps: readonly Step[]
  /** The upstream that does not come before it anyway. */
  readonly awaits: readonly string[]
}

/**
 * The states of a table: the wait for upstream, and its steps one after another. Whichever fails leads
 * to a note, and the night goes on to `then`.
 */
export function tableStates(
  { id, steps, awaits }: TableWork,
  { awaitUpstream, note }: Helpers,
  then: Leads,
): States {
  const failed = stateName(id, 'failed')
  const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: failed }]
  const Parameters = { ...about(id), 'error.$': '$.error' }
  let states: States = {
    StartAt: failed,
    States: { [failed]: { ...taskState(note, { Parameters, ResultPath: null }), ...then } },
  }
  let next = then
  for (const step of steps.toReversed()) {
    const own = stepStates(id, step, Catch, next)
    states = before(own, states)
    next = { Next: own.StartAt }
  }
  if (awaits.length === 0) return states
  const name = stateName('Await upstream of', id)
  const task = { Parameters: { ...about(id), awaits }, ResultPath: null, Catch }
  const own = { [name]: { ...taskState(awaitUpstream, task), ...next } }
  return before({ StartAt: name, States: own }, states)
}

function stepStates(id: string, step: Step, Catch: readonly Catcher[], then: Leads): States {
  if ('chunks' in step) return chunksStates(id, step, Catch, then)
  if ('spark' in step) return sparkStates(id, step, Catch, then)
  return taskStates(id, step, Catch, then)
}

function taskStates(
  id: string,
  { verb, call, continues }: TaskStep,
  Catch: readonly Catcher[],
  then: Leads,
): States {
  const name = stateName(verb, id)
  const input = continues ? { InputPath: '$.task' } : { Parameters: about(id) }
  const state: State = { ...taskState(call, { ...input, ResultPath: '$.task', Catch }), ...then }
  return { StartAt: name, States: { [name]: state } }
}

const before = (first: States, others: States): States => ({
  StartAt: first.StartAt,
  States: { ...first.States, ...others.States },
})

/** What a task is told: the night, and which table. */
const about = (table: string): Readonly<Record<string, unknown>> => ({
  table,
  'date.$': '$.date',
  'run.$': '$.run',
  'tables.$': '$.selected',
  'force.$': '$.force',
  'accept.$': '$.accept',
})
