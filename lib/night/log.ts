import { AsyncLocalStorage } from 'node:async_hooks'

/** What every line of an invocation says besides its own facts. */
export interface Subject {
  /** The run date. */
  readonly date?: string
  /** The table or task; none where it is about the whole night. */
  readonly table?: string
  /** The execution's name. */
  readonly run?: string
  /** What tells this try from others: of an extract, where its files lie. */
  readonly attempt?: string
  /** As Lambda calls the invocation in lines of its own. */
  readonly requestId?: string
}

type Facts = Readonly<Record<string, unknown>>

const present = new AsyncLocalStorage<{ subject: Subject }>()

/** Does the work of an invocation, all of whose lines say what it is about. */
export const logging = <T>(subject: Subject, work: () => Promise<T>): Promise<T> =>
  present.run({ subject }, work)

/** Says what has become known since of what the invocation is about. */
export function about(more: Subject): void {
  const invocation = present.getStore()
  if (invocation) invocation.subject = { ...invocation.subject, ...more }
}

/** Writes one line of JSON to the function's log. Never give it a secret or a row. */
export function log(message: string, facts: Facts = {}): void {
  write('INFO', message, facts)
}

/** Writes what was thrown, and what that came of, with their stacks. */
export function logError(error: unknown): void {
  write('ERROR', 'failed', { error: described(error) })
}

function write(level: 'INFO' | 'ERROR', message: string, facts: Facts): void {
  const { subject } = present.getStore() ?? {}
  const own = { timestamp: new Date().toISOString(), level, message, ...subject }
  // In their place, and whatever a task calls its facts.
  writeLine({ ...own, ...facts, ...own })
}

/**
 * Writes an object as a line of the log that is nothing else. What goes through `console`, Lambda puts
 * other words around, and no longer finds metrics in it.
 */
function writeLine(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Causes of causes beyond which nobody reads. */
const DEPTH = 5

function described(error: unknown, depth = 1): unknown {
  if (!(error instanceof Error)) return String(error)
  const { name, message, stack, cause } = error
  const more = cause !== undefined && depth < DEPTH && { cause: described(cause, depth + 1) }
  return { name, message, stack, ...more }
}

/** A function that passes its calls on, but at most one in a second. */
export function atMostEverySecond<Args extends unknown[]>(
  call: (...args: Args) => void,
): (...args: Args) => void {
  let last = 0
  return (...args) => {
    const now = performance.now()
    if (now - last < 1000) return
    last = now
    call(...args)
  }
}
