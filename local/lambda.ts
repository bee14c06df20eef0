import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { FunctionResource } from './assembly.ts'
import type { Answer, Invocation } from './container.ts'

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
  /** How many functions may run at once. */
  readonly concurrency: number
  /** Called with each line that a function writes to its log. */
  readonly log: (line: string) => void
}

/** Step Functions takes no larger result of a task. */
const LARGEST_RESULT = 262_144

/** Runs functions the way Lambda does: a process for each call at a time, kept for the next one. */
export function startLambda({ environment, concurrency, log }: LambdaOptions): Lambda {
  const idle = new Map<string, ChildProcess[]>()
  const all = new Set<ChildProcess>()
  const waiting: (() => void)[] = []
  let running = 0

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
    container.on('exit', () => all.delete(container))
    return container
  }

  async function call(fn: FunctionResource, event: unknown): Promise<unknown> {
    const container = idle.get(fn.arn)?.pop() ?? start(fn)
    const answer = await answerOf(container, fn, event)
    if ('result' in answer) {
      idle.set(fn.arn, [...(idle.get(fn.arn) ?? []), container])
      const size = Buffer.byteLength(JSON.stringify(answer.result))
      if (size > LARGEST_RESULT) {
        throw new TaskError('States.DataLimitExceeded', `a result of ${size} bytes`)
      }
      return answer.result
    }
    // A function that threw is not asked again: nobody knows what it left behind.
    container.kill()
    const { errorType, errorMessage, trace } = answer.error
    throw new TaskError(errorType, errorMessage, trace)
  }

  return {
    async invoke(fn, event) {
      if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve))
      else running++
      try {
        return await call(fn, event)
      } finally {
        const next = waiting.shift()
        if (next) next()
        else running--
      }
    },
    stop() {
      for (const container of all) container.kill()
    },
  }
}

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
    container.once('message', (answer) => settle(answer as Answer))
    container.once('exit', onExit)
    container.send({ event, deadline: Date.now() + timeoutSeconds * 1000 } satisfies Invocation)
  })
}
