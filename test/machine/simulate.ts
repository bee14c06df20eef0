import type { States, TaskState } from '../../lib/machine/asl.ts'
import type { Machines } from '../../lib/machine/machine.ts'

/** When a table that waits sees what came after so many seconds, and how long it has looked. */
export type Look = (seconds: number) => { readonly seen: number; readonly looked: number }

export interface Simulated {
  /** Seconds from the first task to the last. */
  readonly length: number
  /** Seconds that tables spent waiting in states of their own, all together. */
  readonly waited: number
}

/** Goes through the states of a night as Step Functions would, with as many at once as there are. */
export function simulate(
  { night, parts }: Machines,
  seconds: (id: string) => number,
  look: Look = functionLooks,
): Simulated {
  const ends = new Map<string, number>()
  const waiting = new Map<string, (() => void)[]>()
  let waited = 0

  function whenDone(ids: readonly string[], then: (end: number) => void): void {
    const missing = ids.find((id) => !ends.has(id))
    if (missing === undefined) then(Math.max(...ids.map((id) => ends.get(id) ?? 0)))
    else waiting.set(missing, [...(waiting.get(missing) ?? []), () => whenDone(ids, then)])
  }

  function finish(id: string, end: number): void {
    ends.set(id, end)
    for (const look of waiting.get(id) ?? []) look()
  }

  function go(
    states: States,
    name: string | undefined,
    time: number,
    done: (end: number) => void,
  ): void {
    const state = name === undefined ? undefined : states.States[name]
    const next = (end: number) => {
      go(states, state && 'Next' in state ? state.Next : undefined, end, done)
    }
    if (state?.Type === 'Task') task(name ?? '', state, time, next)
    else if (state?.Type === 'Parallel') sideBySide(state.Branches, time, next)
    else if (state?.Type === 'Choice') go(states, state.Default, time, done)
    else if (state?.Type === 'Map') next(time)
    else done(time)
  }

  function sideBySide(
    branches: readonly States[],
    time: number,
    next: (end: number) => void,
  ): void {
    let left = branches.length
    let last = time
    for (const branch of branches) {
      go(branch, branch.StartAt, time, (end) => {
        last = Math.max(last, end)
        left--
        if (left === 0) next(last)
      })
    }
  }

  function task(
    name: string,
    { Parameters }: TaskState,
    time: number,
    next: (end: number) => void,
  ): void {
    const { awaits, StateMachineArn } = (Parameters ?? {}) as {
      awaits?: readonly string[]
      StateMachineArn?: string
    }
    const part = parts[Number(/part-(\d+)$/.exec(StateMachineArn ?? '')?.[1]) - 1]
    // An extract is free, as it were, and its load takes the time of both.
    const id = /^(?:Load|Transform) (.*)$/.exec(name)?.[1]
    if (part) go(part, part.StartAt, time, next)
    else if (awaits) {
      whenDone(awaits, (end) => {
        const { seen, looked } = look(Math.max(0, end - time))
        waited += looked
        next(time + seen)
      })
    } else if (id === undefined) next(time)
    else {
      finish(id, time + seconds(id))
      next(time + seconds(id))
    }
  }

  let length: number | undefined
  go(night, night.StartAt, 0, (end) => {
    length = end
  })
  if (length === undefined) throw new Error('the night never ends: tables wait for each other')
  return { length, waited }
}

/** Looks that see at once what has come. */
export const sharpLooks: Look = (seconds) => ({ seen: seconds, looked: seconds })

/**
 * The looks of the function: every second, 20 seconds long, and again after a pause that grows to a
 * minute.
 */
export const functionLooks: Look = (seconds) => {
  let [now, looked, pause] = [0, 0, 1]
  for (;;) {
    const left = Math.ceil(Math.max(0, seconds - now))
    if (left <= 20) return { seen: now + left, looked: looked + left }
    now += 20 + pause
    looked += 20
    pause = Math.min(60, 1.5 * pause)
  }
}
