/** What the warehouse answers to SQL it refuses: the statement's `Error`, `ERROR: …`. */
export class SqlError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(`ERROR: ${message}`, options)
  }
}

/** Redshift knows it, or may; this stand-in does not, and says so rather than guess. */
export const unknownHere = (what: string): SqlError =>
  new SqlError(`the local stand-in for Redshift does not know ${what}`)

export const syntaxError = (near: string | undefined): SqlError =>
  new SqlError(
    near === undefined ? 'syntax error at end of input' : `syntax error at or near "${near}"`,
  )

/** What the Data API answers to a request it refuses, before any SQL is run. */
export class ApiError extends Error {
  readonly type: string

  constructor(message: string, type = 'ValidationException') {
    super(message)
    this.type = type
  }
}

/** The statement was cancelled while it ran. */
export class Cancelled extends Error {}
