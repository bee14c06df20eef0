import { randomUUID } from 'node:crypto'

/**
 * The inside of a Lambda function's container: it loads the bundle and handles one event at a time,
 * as messages of its parent bring them.
 */
export interface Invocation {
  readonly event: unknown
  /** The instant, in milliseconds, at which the function must be done. */
  readonly deadline: number
}

export type Answer =
  | { readonly result: unknown }
  | { readonly error: { errorType: string; errorMessage: string; trace: string[] } }

/** What the container says once it has started, before any answer. */
export interface Started {
  readonly started: true
}

const [bundle = '', handlerName = 'handler'] = process.argv.slice(2)
const loaded = import(bundle)
// A bundle that cannot be loaded fails each call, with its own words.
loaded.catch(() => {}).finally(() => process.send?.({ started: true } satisfies Started))

process.on('message', async ({ event, deadline }: Invocation) => {
  let answer: Answer
  try {
    const { [handlerName]: handler } = await loaded
    const context = {
      awsRequestId: randomUUID(),
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    }
    answer = { result: (await handler(event, context)) ?? null }
  } catch (thrown) {
    const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown))
    const trace = (stack ?? '').split('\n').filter(Boolean)
    answer = { error: { errorType: name, errorMessage: message, trace } }
  }
  process.send?.(answer)
})
process.on('disconnect', () => process.exit())
