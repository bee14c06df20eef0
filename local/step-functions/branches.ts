import { type Context, resolve } from './data.ts'
import type { State, States } from './definition.ts'
import { StateError } from './error.ts'
import { type Place, record } from './execution.ts'
import type { Run } from './run.ts'
import { walk } from './walk.ts'

/** Iterations of an inline Map that run at once where it says nothing. */
const INLINE = 40

/** Runs the branches of a Parallel state; gives their outputs. */
export async function branches(
  run: Run,
  all: readonly States[],
  place: Place,
  input: unknown,
): Promise<unknown[]> {
  if (!place.branches) {
    record(run.execution, place, 'ParallelStateStarted')
    place.branches = all.map(({ StartAt }) => ({ state: StartAt, input, last: place.last }))
  }
  const outputs = await side(run, 'Parallel', place, all.length, (inner, at, signal) =>
    walk({ ...run, signal }, all[at] as States, inner),
  )
  record(run.execution, place, 'ParallelStateSucceeded')
  return outputs
}

/** Runs an inline Map: its states once for each item. */
export async function iterations(
  run: Run,
  state: State,
  place: Place,
  input: unknown,
  context: Context,
): Promise<unknown[]> {
  const name = place.state
  const states = state.ItemProcessor as States
  const items = await itemsIn(state, input, context)
  const inputs = await inputsOf(state, items, input, context)
  if (!place.branches) {
    const mapStateStartedEventDetails = { length: items.length }
    record(run.execution, place, 'MapStateStarted', { mapStateStartedEventDetails })
    const { last } = place
    place.branches = inputs.map((input) => ({ state: states.StartAt, input, last }))
  }
  const most = state.MaxConcurrency || INLINE
  const outputs = await side(run, 'Map', place, most, async (inner, index, signal) => {
    const details = { name, index }
    if (!inner.entered) {
      record(run.execution, inner, 'MapIterationStarted', {
        mapIterationStartedEventDetails: details,
      })
    }
    try {
      const item = { Index: index, Value: items[index] }
      const output = await walk({ ...run, signal, item }, states, inner)
      record(run.execution, inner, 'MapIterationSucceeded', {
        mapIterationSucceededEventDetails: details,
      })
      return output
    } catch (error) {
      if (signal.aborted) {
        record(run.execution, inner, 'MapIterationAborted', {
          mapIterationAbortedEventDetails: details,
        })
      } else {
        record(run.execution, inner, 'MapIterationFailed', {
          mapIterationFailedEventDetails: details,
        })
      }
      throw error
    }
  })
  record(run.execution, place, 'MapStateSucceeded')
  return outputs
}

/** The items of a Map that are in its input. Throws a StateError where they are no list. */
export async function itemsIn(
  { ItemsPath = '$' }: State,
  input: unknown,
  context: Context,
): Promise<readonly unknown[]> {
  const items = await resolve(ItemsPath, input, context)
  if (Array.isArray(items)) return items
  const cause = `Reference path "${ItemsPath}" must point to array.`
  throw new StateError('States.Runtime', cause)
}

/** What each iteration is given. */
export const inputsOf = (
  { ItemSelector }: State,
  items: readonly unknown[],
  input: unknown,
  context: Context,
): Promise<unknown[]> =>
  Promise.all(
    items.map((Value, Index) =>
      ItemSelector
        ? resolve(ItemSelector, input, { ...context, Map: { Item: { Index, Value } } })
        : Value,
    ),
  )

/** Runs what lies side by side, so many at once. The first that fails aborts the others. */
async function side(
  run: Run,
  type: 'Parallel' | 'Map',
  place: Place,
  most: number,
  walkBranch: (inner: Place, index: number, signal: AbortSignal) => Promise<unknown>,
): Promise<unknown[]> {
  const all = place.branches ?? []
  const siblings = new AbortController()
  const signal = AbortSignal.any([run.signal, siblings.signal])
  let failure: unknown
  let next = 0
  const worker = async () => {
    for (let at = next++; at < all.length && !signal.aborted; at = next++) {
      const inner = all[at] as Place
      if (inner.output) continue
      try {
        await walkBranch(inner, at, signal)
      } catch (error) {
        failure ??= error
        siblings.abort()
      }
      place.last = inner.last
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, worker))
  if (failure === undefined) return all.map(({ output }) => output?.value)
  if (!run.signal.aborted) record(run.execution, place, `${type}StateFailed`)
  throw failure
}
