/**
 * An error written for the person who reads it: it names the table, shows the value and says what
 * to do. Its name is what Step Functions matches: `Transient`,
 * `StillRunning` and `Busy` are tried again.
 */
export class Failure extends Error {
  constructor(name: FailureName, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = name
  }
}

export type FailureName =
  /** The declaration of the warehouse is wrong: nothing can run until a file is changed. */
  | 'BadDeclaration'
  /** The execution's input is wrong. */
  | 'BadInput'
  /** A record holds a value that its column cannot. */
  | 'BadValue'
  /** A source refused: wrong password, missing table or column, no permission. */
  | 'SourceRefused'
  /** The warehouse refused: a bad file, a failed check, an incompatible table. */
  | 'WarehouseRefused'
  /** New rows are not as the table's checks have it, and were set aside. */
  | 'CheckFailed'
  /** Another execution is doing the same run date. */
  | 'RunHeld'
  /** Tables are missing at a night's end. */
  | 'NightIncomplete'
  /** They are, and people could not be told. */
  | 'NightUntold'
  /** A table this one is made from is not complete for the run date. */
  | 'DependencyIncomplete'
  /** A task needs more time than its function has. */
  | 'OutOfTime'
  /** What is waited for goes on for longer than the function waits: ask again, as often as it takes. */
  | 'StillRunning'
  /** Others use all that may be used at once: ask again, seldom, as often as it takes. */
  | 'Busy'
  /** Throttled, disconnected, in conflict with another transaction: worth another try. */
  | 'Transient'

/** A failure worth another try. */
export function transient(message: string, cause?: unknown): Failure {
  return new Failure('Transient', message, { cause })
}

/** The sentence of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
