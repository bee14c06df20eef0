/** Google's names for what can be wrong, and the status of HTTP that each comes with. */
const STATUSES = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const

/** An answer that is no report. */
export class Fault extends Error {
  readonly status: keyof typeof STATUSES

  constructor(status: keyof typeof STATUSES, message: string) {
    super(message)
    this.status = status
  }

  get code(): number {
    return STATUSES[this.status]
  }

  /** The body that Google sends. */
  get body(): object {
    return { error: { code: this.code, message: this.message, status: this.status } }
  }
}

export const invalid = (message: string): Fault => new Fault('INVALID_ARGUMENT', message)
