/** What the API answers to a request that it refuses. */
export class ApiError extends Error {
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

const LONGEST = { error: 256, cause: 32_768 } as const

/** What fails a state: a name that Retry and Catch match, and a cause. */
export class StateError extends Error {
  constructor(name: string, cause: string) {
    super(cause.slice(0, LONGEST.cause))
    this.name = name.slice(0, LONGEST.error)
  }
}

/** A state was left because its execution, or a branch beside its own, has ended. */
export class Aborted extends Error {}

/** Step Functions knows it, or may; this stand-in does not, and says so rather than guess. */
export const unknownHere = (what: string): Error =>
  new Error(`the local stand-in for Step Functions does not know ${what}`)
