import { Failure, messageOf } from '../../error.ts'

/** What a sentence about an error must say besides. */
export interface Context {
  readonly source: string
  /** The service account. */
  readonly email: string
  readonly property: string
  readonly table: string
  readonly quotaSeconds: number
}

/** The numbers of gRPC, which the client also gives to errors of REST. */
const CODES = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNAUTHENTICATED: 16,
} as const

/** What a lost connection is called, too. */
const UNAVAILABLE = 14
/** UNKNOWN, DEADLINE_EXCEEDED, ABORTED, INTERNAL. */
const BUSY = new Set([2, 4, 10, 13, UNAVAILABLE])

const SCHEMA = 'https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema'

/** Whether the network or a busy server is at fault, so that another try may do. */
export const isBusy = (error: unknown): boolean =>
  (BUSY.has(codeOf(error)) || isLoss(error)) && !unknownHost(error) && !isUntrusted(error)

/** Whether a quota is used up that comes back within the hour. The day's does not. */
export const isQuota = (error: unknown): boolean =>
  codeOf(error) === CODES.RESOURCE_EXHAUSTED && !/per day/i.test(messageOf(error))

/** Google's error as one sentence that says where, and what to do. */
export function explain(error: unknown, context: Context): Failure {
  if (error instanceof Failure) return error
  const { source, email, property, table, quotaSeconds } = context
  // The error itself stays behind: it holds the request, and with it the token.
  const refused = (sentence: string) => new Failure('SourceRefused', sentence)
  const another = (sentence: string) => new Failure('Transient', sentence)
  const message = plain(error)
  const host = unknownHost(error)
  if (host) return refused(`${source}: there is no host ${host}`)
  if (isUntrusted(error)) {
    return refused(`${source}: the certificate of the secret's endpoint is not trusted: ${message}`)
  }
  if (isBusy(error)) return another(`${source}: Google Analytics does not answer: ${message}`)
  switch (codeOf(error)) {
    case CODES.RESOURCE_EXHAUSTED: {
      const used = `${source}: a quota of property ${property} is used up`
      return isQuota(error)
        ? another(`${used} and did not come back in ${quotaSeconds} seconds: ${message}`)
        : refused(`${used} for today: ${message} Run ${table} again tomorrow`)
    }
    case CODES.UNAUTHENTICATED:
      return refused(
        `${source}: Google does not accept the key of ${email} (${message}): put a new one in the secret`,
      )
    case CODES.PERMISSION_DENIED:
      return refused(
        /has not been used|is disabled/.test(message)
          ? `${source}: the Google Analytics Data API is not enabled in the project of ${email}: ${message}`
          : `${source}: ${email} may not read property ${property} (${message}): add it as a Viewer under Admin, Property access management`,
      )
    case CODES.NOT_FOUND:
      return refused(`${source}: there is no Google Analytics at the secret's endpoint: ${message}`)
    case CODES.INVALID_ARGUMENT:
      return refused(wrongReport(table, message))
  }
  return refused(`${source}: ${message}`)
}

function wrongReport(table: string, message: string): string {
  const unknown = /(Did you mean [^?]+\? )?Field (\S+) is not a valid (dimension|metric)/.exec(
    message,
  )
  if (unknown) {
    const [, hint = '', name, kind] = unknown
    return `${table}: Google Analytics has no ${kind} ${name}: ${hint}Correct the report; ${SCHEMA} lists them all`
  }
  const clash = /Please (remove|add) (.+?) to make the request compatible/.exec(message)
  if (clash) {
    const [, verb, names] = clash
    return `${table}: these dimensions and metrics do not go together: ${verb} ${names}, or make two tables of them`
  }
  return `${table}: Google Analytics refuses the report: ${message}`
}

/** What Google answered, or why nobody did, on one line that is not too long. */
function plain(error: unknown): string {
  const { httpStatusCode } = error as { httpStatusCode?: number }
  const cause = httpStatusCode === undefined ? causesOf(error).at(-1) : undefined
  const text = (cause?.message ?? messageOf(error)).replaceAll(/\s+/g, ' ').trim()
  return text.length > 500 ? `${text.slice(0, 500)} …` : text
}

/** The host that DNS does not know. */
const unknownHost = (error: unknown): string | undefined =>
  causesOf(error).find(({ code }) => code === 'ENOTFOUND')?.hostname

const isUntrusted = (error: unknown): boolean =>
  causesOf(error).some(({ code }) => /CERT|UNABLE_TO_/.test(String(code)))

/** Whether a connection broke that had already brought a part of the answer. */
const isLoss = (error: unknown): boolean =>
  causesOf(error).some(({ code }) => /^(UND_ERR_|ECONN|EPIPE)/.test(String(code)))

interface Cause {
  readonly message?: string
  readonly code?: unknown
  readonly hostname?: string
  readonly cause?: unknown
}

/** An error and all that lies below it. */
function causesOf(error: unknown): Cause[] {
  if (typeof error !== 'object' || error === null) return []
  return [error, ...causesOf((error as Cause).cause)]
}

const codeOf = (error: unknown): number => Number((error as { code?: unknown } | null)?.code)
