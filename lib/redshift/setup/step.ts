import { createHash } from 'node:crypto'

/** The users of the database that the set-up makes. */
export type Login = 'usher' | 'looker'

/** One part of the set-up: statements that are run together, or not at all. */
export interface Step {
  /** The set-up that it came with; a later one adds steps, or changes what they say. */
  readonly version: number
  readonly name: string
  readonly statements: readonly string[]
  /** A query with a row where what the step makes is there already, and is then left as it is. */
  readonly unless?: string
  /** The step that must have made what this one alters: what it found there is nobody's to alter. */
  readonly alters?: string
  /** Whose password stands in place of `PASSWORD`. */
  readonly passwordOf?: Login
}

/** Stands in a statement for what is known of a password, which is in no template. */
export const PASSWORD = '<password>'

/** Tells a step from what it was before it was changed, or its password was. */
export const digestOf = ({ statements }: Step, passwordVersion = ''): string =>
  createHash('sha256')
    .update(JSON.stringify([statements, passwordVersion]))
    .digest('hex')
    .slice(0, 32)
