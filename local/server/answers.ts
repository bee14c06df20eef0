import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/** A function that says why a child has ended, if it has. */
export function failureOf(child: ChildProcess): () => string | undefined {
  let failure: string | undefined
  child.once('error', (error) => {
    failure = error.message
  })
  child.once('exit', (code, signal) => {
    failure = `it ended with ${signal ?? code}`
  })
  return () => failure
}

/** Asks until there is an answer. Throws an error once the server has ended, or after `seconds`. */
export async function untilAnswer(
  ask: () => Promise<unknown>,
  failure: () => string | undefined,
  seconds: number,
): Promise<void> {
  let problem: unknown
  for (const start = performance.now(); performance.now() - start < 1000 * seconds; ) {
    const reason = failure()
    if (reason !== undefined) throw new Error(reason)
    try {
      await ask()
      return
    } catch (error) {
      problem = error
    }
    await sleep(50)
  }
  throw new Error(`no answer in ${seconds} seconds (${problem})`)
}
