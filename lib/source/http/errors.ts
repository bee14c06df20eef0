import { Failure, type FailureName, messageOf } from '../../error.ts'
import type { Sending } from './send.ts'

/** Makes the failure of a request, of what is to be said after its URL. */
export type Refuse = (problem: string, name?: FailureName, cause?: unknown) => Failure

/** Whether another try may help. */
export const isPassing = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500

/** Whether no other try will help: there is no such host, or its certificate is not trusted. */
export function isHopeless(error: Error): boolean {
  const code = codeOf(error.cause)
  return code === 'ENOTFOUND' || isDistrust(code)
}

/** What ky throws as one sentence that says where, and what to do. */
export function explain(error: unknown, sending: Sending): Failure {
  if (error instanceof Failure) return error
  const { refuse, source } = sending
  const { name, cause, response, data } = error as Error & { response?: Response; data?: unknown }
  if (response) return explainAnswer(response, data, sending)
  const tries = triesOf(sending)
  if (name === 'TimeoutError') {
    const seconds = sending.limits.timeoutSeconds
    return refuse(`gives no whole answer within ${seconds} s${tries}`, 'Transient')
  }
  // Of ky's errors only the cause is kept, as they name the URL with all it carries.
  if (name !== 'NetworkError') return refuse(`cannot be asked: ${messageOf(error)}`)
  const code = codeOf(cause)
  if (code === 'ENOTFOUND') {
    return refuse(`has a host that does not exist: correct the secret ${source.secret}`)
  }
  if (isDistrust(code)) return refuse(`has a certificate that is not trusted (${code})`)
  return refuse(`cannot be reached (${code || messageOf(cause)})${tries}`, 'Transient', cause)
}

/** An answer that is an error, as one sentence. */
export function explainAnswer(
  { status, statusText, headers }: Response,
  body: unknown,
  sending: Sending,
): Failure {
  const { refuse, quote, source } = sending
  const answer = `answers ${`${status} ${statusText}`.trim()}`
  if (isPassing(status)) {
    const after = headers.get('retry-after')
    const wait = after === null ? '' : ` (Retry-After: ${after})`
    return refuse(`${answer}${wait}${quote(body)}${triesOf(sending)}`, 'Transient')
  }
  const help: Readonly<Record<number, string>> = {
    401: `; see the credentials in the secret ${source.secret}`,
    403: `; see what the credentials in the secret ${source.secret} may read`,
    404: `; see the path, and the url in the secret ${source.secret}`,
  }
  return refuse(`${answer}${quote(body)}${help[status] ?? ''}`)
}

const triesOf = ({ limits }: Sending): string =>
  `; no more than ${limits.tries} tries in ${limits.retrySeconds} s`

const isDistrust = (code: string): boolean => /CERT|VERIFY/.test(code)

/** The code of a lost connection, or of what it was caused by. */
function codeOf(cause: unknown): string {
  const { code, cause: inner } = (cause ?? {}) as { code?: unknown; cause?: unknown }
  return typeof code === 'string' ? code : inner ? codeOf(inner) : ''
}
