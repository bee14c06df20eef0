import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds between two tries, and how many there are. */
const PAUSE = 500
const TRIES = 20

/** Milliseconds until AWS is asked again that has been asked too often. */
const REST = 5_000

/** Asks again, after a rest, where AWS has been asked too often. */
export async function unhurried<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if ((error as Error).name !== 'Transient') throw error
      await sleep(REST)
    }
  }
}

/** Tries until there is an execution: AWS may not know yet, for some seconds, one that it has started. */
export async function onceThere<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if ((error as Error).name !== 'ExecutionDoesNotExist' || tries === TRIES) throw error
      await sleep(PAUSE)
    }
  }
}
