import type { HistoryEventType } from '@aws-sdk/client-sfn'
import { branches, iterations } from './branches.ts'
import { type Context, caught, choose, limited, pass, work } from './data.ts'
import type { Retrier, State, States } from './definition.ts'
import { Aborted, unknownHere } from './error.ts'
import { type Place, record } from './execution.ts'
import { mapRun } from './map-run.ts'
import { matching, pauseBefore } from './retry.ts'
import { contextOf, type Run, unlessAborted } from './run.ts'
import { sleep } from './sleep.ts'
import { doTask } from './task.ts'

interface Step {
  readonly output: unknown
  readonly next?: string
}

/**
 * Goes from state to state, from where `place` is to the end; gives the output. Throws an Aborted, or
 * what a state failed with: `place` is then where it failed, and going on from there does the rest.
 */
export async function walk(run: Run, { States }: States, place: Place): Promise<unknown> {
  for (;;) {
    const state = States[place.state]
    if (!state) throw new Error(`there is no state ${place.state}`)
    const type = state.Type
    if (place.entered) place.last = place.entered.id
    else {
      const stateEnteredEventDetails = { name: place.state, ...included('input', place.input) }
      const id = record(run.execution, place, `${type}StateEntered`, { stateEnteredEventDetails })
      place.entered = { id, at: new Date() }
    }
    const { output, next } = await attempts(run, state, place)
    const stateExitedEventDetails = { name: place.state, ...included('output', output) }
    record(run.execution, place, `${type as 'Task'}StateExited`, { stateExitedEventDetails })
    if (next === undefined) {
      place.output = { value: output }
      return output
    }
    Object.assign(place, { state: next, input: output, entered: undefined })
    Object.assign(place, { branches: undefined, items: undefined })
  }
}

/** Does a state, as often as its Retry says. */
async function attempts(run: Run, state: State, place: Place): Promise<Step> {
  const tries = new Map<Retrier, number>()
  for (let retries = 0; ; retries++) {
    const context = contextOf(run, place, retries)
    try {
      const step = await attempt(run, state, place, context)
      return { ...step, output: limited(step.output, place.state) }
    } catch (error) {
      if (run.signal.aborted) {
        const type: HistoryEventType = `${state.Type as 'Task'}StateAborted`
        if (['Task', 'Parallel', 'Map', 'Wait'].includes(state.Type)) {
          record(run.execution, place, type)
        }
        throw new Aborted()
      }
      const retrier = matching(state.Retry, error as Error)
      const times = (retrier && tries.get(retrier)) ?? 0
      if (retrier && times < (retrier.MaxAttempts ?? 3)) {
        tries.set(retrier, times + 1)
        await unlessAborted(run.signal, sleep(pauseBefore(retrier, times), run.signal))
        Object.assign(place, { branches: undefined, items: undefined })
        continue
      }
      const catcher = matching(state.Catch, error as Error)
      if (!catcher) throw error
      const output = await caught(catcher, error as Error, place.input, context)
      return { output, next: catcher.Next }
    }
  }
}

async function attempt(run: Run, state: State, place: Place, context: Context): Promise<Step> {
  const { state: name, input } = place
  const doing = (handler: (input: unknown) => Promise<unknown>) =>
    work(name, state, input, context, handler)
  if (state.Type === 'Choice') return choose(name, state, input, context)
  let output: unknown
  if (state.Type === 'Task') output = await doing((given) => doTask(run, state, place, given))
  else if (state.Type === 'Parallel') {
    output = await doing((given) => branches(run, state.Branches ?? [], place, given))
  } else if (state.Type === 'Map') {
    const mode = state.ItemProcessor?.ProcessorConfig?.Mode ?? 'INLINE'
    if (mode === 'INLINE' && state.ItemReader) throw unknownHere('an ItemReader of an inline Map')
    const map = mode === 'DISTRIBUTED' ? mapRun : iterations
    output = await doing((given) => map(run, state, place, given, context))
  } else output = await pass(name, state, input, context, run.signal)
  return { output, ...(state.Next !== undefined && { next: state.Next }) }
}

/** JSON in a history, and that all of it is there. */
const included = (field: 'input' | 'output', value: unknown) => ({
  [field]: JSON.stringify(value),
  [`${field}Details`]: { truncated: false },
})
