import { Failure, transient } from '../../error.ts'
import { isLost } from '../network.ts'
import type { Search } from './snapshot.ts'

/** An answer that says no, or cannot be understood. */
export class Refusal extends Error {
  readonly status: number
  /** The server's word for it: `index_not_found_exception`. */
  readonly type: string
  /** The index that it is about. */
  readonly index: string | undefined

  constructor(status: number, answer: string, options?: ErrorOptions) {
    const { type = '', reason = '', index } = causeIn(answer)
    super(reason, options)
    this.status = status
    this.type = type
    this.index = index
  }
}

interface Cause {
  readonly type?: string
  readonly reason?: string
  readonly index?: string
}

interface Answer {
  readonly error?: string | (Cause & { root_cause?: readonly Cause[]; caused_by?: Cause })
  /** AWS says what is wrong in either of these. */
  readonly message?: string
  readonly Message?: string
}

/** What an answer says is wrong; no more of it than that. */
function causeIn(answer: string): Cause {
  try {
    const { error, message, Message } = JSON.parse(answer) as Answer
    if (typeof error === 'string') return { reason: error }
    return error?.root_cause?.[0] ?? error?.caused_by ?? error ?? { reason: message ?? Message }
  } catch {
    return {}
  }
}

/** What the server calls it when a snapshot is gone; of one shard, it says so in a page. */
export const LOST = 'search_context_missing_exception'

export const lostSnapshot = (index: string): string =>
  `the server lost its snapshot of ${index}, or it expired, before all was read`

interface Context {
  readonly source: string
  /** How the source logs in, in words. */
  readonly login: string
  readonly search: Search
}

/** Whether an error says that there is no such index: neither a part of it, nor that it is closed. */
export function isMissingIndex(error: unknown, index: string): boolean {
  return (
    error instanceof Refusal && error.type === 'index_not_found_exception' && error.index === index
  )
}

/** The server's or the network's error as one sentence that says where, and what to do. */
export function explain(error: unknown, context: Context): unknown {
  if (error instanceof Refusal) return explainRefusal(error, context)
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return error
  return explainNetwork(error as NodeJS.ErrnoException, context.source)
}

function explainRefusal(error: Refusal, { source, login, search }: Context): Failure {
  const { status, type, message } = error
  const { table, index } = search
  const said = [status, type, message].filter(Boolean).join(' ')
  const refused = (sentence: string) => new Failure('SourceRefused', sentence, { cause: error })
  if (type === LOST) return transient(`${table}: ${lostSnapshot(index)}`, error)
  if (status === 401) return refused(`${source}: the server refuses ${login} (${said})`)
  if (status === 403) {
    return refused(`${source}: ${login} may not read ${index} (${said}): grant that`)
  }
  if (type === 'index_not_found_exception') {
    const name = error.index ?? index
    return refused(
      `${table}: there is no index ${name} in ${source}; if a day without one is a day without ` +
        `documents, say missing: 'empty' of its documents`,
    )
  }
  if (status === 429) return transient(`${source}: the server has too much to do (${said})`, error)
  if (status >= 500) return transient(`${source}: the server fails (${said})`, error)
  if (type) return refused(`${table}: the server refuses the search of ${index} (${said})`)
  return refused(`${source}: what its url names answers as no search server does (${said})`)
}

function explainNetwork(error: NodeJS.ErrnoException, source: string): Failure {
  const { code = '', message } = error
  const refused = (sentence: string) => new Failure('SourceRefused', sentence, { cause: error })
  if (isLost(error)) return transient(`${source}: ${message || code}`, error)
  if (code === 'ENOTFOUND') return refused(`${source}: ${message}: correct the url in its secret`)
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return refused(
      `${source}: the server has no TLS; if that is right, let the url in its secret begin with http:`,
    )
  }
  if (/CERT|SIGNATURE|ALTNAME/.test(code)) {
    // Node's advice that follows is for its own command line.
    const [reason] = message.split(';')
    return refused(
      `${source}: the server's certificate is not trusted (${reason}): put its CA in the secret's "tls"`,
    )
  }
  if (code.startsWith('HPE_')) {
    return refused(
      `${source}: the server does not speak HTTP; if it has TLS, let its url begin with https:`,
    )
  }
  return refused(`${source}: ${message}`)
}
