import { tables } from '#warehouse'
import { messageOf } from '../lib/error.ts'
import { graphOf } from '../lib/graph/graph.ts'
import { logError, logging, type Subject } from '../lib/night/log.ts'

/** What Lambda tells a function of itself, as far as Usher asks. */
export interface Context {
  readonly awsRequestId: string
  getRemainingTimeInMillis(): number
}

/** The graph of every table that the function may be asked for: where it reads one source, its tables. */
export const graph = graphOf(tables)

/** Step Functions takes 32,768 characters of a cause, escapes and all. */
const LONGEST = 12_000

/**
 * Wraps a handler so that all lines that it logs say what it is about, and its errors reach Step
 * Functions as a name and a sentence: a stack trace there only hides them. It goes to the log.
 */
export function doorway<Event, Result>(
  handle: (event: Event, context: Context) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  return (event, context) =>
    logging(subjectOf(event, context), async () => {
      try {
        return await handle(event, context)
      } catch (error) {
        logError(error)
        const told = new Error(messageOf(error).slice(0, LONGEST))
        told.name = isThrottling(error) ? 'Transient' : nameOf(error)
        told.stack = ''
        throw told
      }
    })
}

/** What an event says of the night, the table and the try. */
function subjectOf(event: unknown, { awsRequestId: requestId }: Context): Subject {
  const { date, table, run, attempt = requestId } = event as Subject
  return { date, table, run, attempt, requestId }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'Error')

/** What AWS says when it is busy rather than unwilling. */
function isThrottling(error: unknown): boolean {
  const {
    name = '',
    $fault,
    $retryable,
  } = error as {
    name?: string
    $fault?: string
    $retryable?: unknown
  }
  return (
    $fault === 'server' ||
    $retryable !== undefined ||
    /Throttl|TooManyRequests|SlowDown|ActiveStatementsExceeded|ActiveSessionsExceeded|ECONN|ETIMEDOUT/.test(
      `${name} ${String((error as { code?: string }).code)}`,
    )
  )
}
