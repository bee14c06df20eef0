import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { FunctionResource } from './assembly.ts'
import type { Answer, Invocation, Started } from './container.ts'

/** The error of a function as Step Functions sees it: a name, and the cause as JSON. */
export class TaskError extends Error {
  constructor(name: string, message: string, trace: readonly string[] = []) {
    super(JSON.stringify({ errorType: name, errorMessage: message, trace }))
    this.name = name
  }
}

export interface Lambda {
  /** Calls a function and gives its result. Throws a TaskError. */
  invoke(fn: FunctionResource, event: unknown): Promise<unknown>
  stop(): void
}

export interface LambdaOptions {
  /** What every function's environment holds besides its own: credentials, endpoints. */
  readonly environment: Readonly<Record<string, string>>
  /** How many CPUs the functions that run at once may have together. */
  readonly cpus: number
  /** Called with each line that a function writes to its log. */
  readonly log: (line: string) => void
}

/** Memory that comes with a whole CPU; more or less of it comes with as much more or less. */
const MEGABYTES_PER_CPU = 1769
/** CPUs that a function has at least while it starts, whatever its memory. */
const START = 1

/** A call that waits until there is room for it. */
interface Waiting {
  readonly fn: FunctionResource
  readonly begin: () => void
}

/** Runs functions the way Lambda does: a process for each call at a time, kept for the next one. */
export function startLambda({ environment, cpus, log }: LambdaOptions): Lambda {
  const idle = new Map<string, ChildProcess[]>()
  const all = new Set<ChildProcess>()
  const waiting: Waiting[] = []
  /** The container of a function that starts. */
  const starting = new Map<string, ChildProcess>()
  /** How many of a function run, by its ARN. */
  const running = new Map<string, number>()
  /** The share of the CPUs that each busy container has. */
  const shares = new Map<ChildProcess, number>()

  function start(fn: FunctionResource): ChildProcess {
    const [file, handler = ''] = fn.handler.split('.')
    const container = fork(
      new URL('./container.ts', import.meta.url),
      [join(fn.code, `${file}.mjs`), handler],
      {
        // Nothing of the machine's own environment: no credentials, no configuration.
        env: {
          PATH: process.env.PATH,
          TMPDIR: process.env.TMPDIR,
          ...environment,
          ...fn.environment,
        },
        // What the function's own NODE_OPTIONS say is all that Node is told.
        execArgv: [],
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    )
    for (const output of [container.stdout, container.stderr]) {
      if (output) createInterface({ input: output }).on('line', log)
    }
    all.add(container)
    starting.set(fn.arn, container)
    shares.set(container, Math.max(START, shareOf(fn)))
    const started = () => {
      if (starting.get(fn.arn) === container) starting.delete(fn.arn)
      if (shares.has(container)) shares.set(container, shareOf(fn))
      admit()
    }
    container.once('message', started)
    container.once('exit', () => {
      all.delete(container)
      started()
    })
    return container
  }

  async function call(fn: FunctionResource, event: unknown): Promise<unknown> {
    const warm = idle.get(fn.arn)?.pop()
    if (warm) shares.set(warm, shareOf(fn))
    const container = warm ?? start(fn)
    const answer = await answerOf(container, fn, event)
    shares.delete(container)
    if ('result' in answer) {
      idle.set(fn.arn, [...(idle.get(fn.arn) ?? []), container])
      return answer.result
    }
    // A function that threw is not asked again: nobody knows what it left behind.
    container.kill()
    const { errorType, errorMessage, trace } = answer.error
    throw new TaskError(errorType, errorMessage, trace)
  }

  /** Lets those begin, in the order in which they came, for whom there is room. */
  function admit(): void {
    for (const next of [...waiting]) {
      const { fn, begin } = next
      if ((running.get(fn.arn) ?? 0) >= (fn.atOnce ?? Number.POSITIVE_INFINITY)) continue
      const cold = (idle.get(fn.arn) ?? []).length === 0
      // The one that is starting may be done with its call before another had started.
      if (cold && starting.has(fn.arn)) continue
      const taken = [...shares.values()].reduce((sum, share) => sum + share, 0)
      const share = cold ? Math.max(START, shareOf(fn)) : shareOf(fn)
      // However much it asks for, one alone may run.
      if (taken > 0 && taken + share > cpus) return
      waiting.splice(waiting.indexOf(next), 1)
      begin()
    }
  }

  return {
    invoke(fn, event) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      const count = (more: number) => running.set(fn.arn, (running.get(fn.arn) ?? 0) + more)
      const ended = () => {
        count(-1)
        admit()
      }
      const begin = () => {
        count(1)
        void call(fn, event).finally(ended).then(resolve, reject)
      }
      waiting.push({ fn, begin })
      admit()
      return promise
    },
    stop() {
      waiting.length = 0
      for (const container of all) container.kill()
    },
  }
}

const shareOf = ({ megabytes }: FunctionResource): number => megabytes / MEGABYTES_PER_CPU

function answerOf(
  container: ChildProcess,
  { timeoutSeconds }: FunctionResource,
  event: unknown,
): Promise<Answer> {
  return new Promise((resolve) => {
    const failed = (errorType: string, errorMessage: string) =>
      settle({ error: { errorType, errorMessage, trace: [] } })
    const timer = setTimeout(
      () => failed('Sandbox.Timedout', `Task timed out after ${timeoutSeconds} seconds`),
      timeoutSeconds * 1000,
    )
    const onExit = (code: number | null, signal: string | null) =>
      failed('Runtime.ExitError', `Runtime exited with ${signal ?? `status ${code}`}`)
    const settle = (answer: Answer) => {
      clearTimeout(timer)
      container.removeAllListeners('message')
      container.off('exit', onExit)
      resolve(answer)
    }
    container.on('message', (answer) => {
      if (!('started' in (answer as Answer | Started))) settle(answer as Answer)
    })
    container.once('exit', onExit)
    container.send({ event, deadline: Date.now() + timeoutSeconds * 1000 } satisfies Invocation)
  })
}
