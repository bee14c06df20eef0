import { loads } from '../audit.ts'
import { loginSteps } from './logins.ts'
import { roleSteps } from './roles.ts'
import { ownStep, schemaStep } from './schemas.ts'
import type { Step } from './step.ts'

/** What the set-up of a warehouse is about. */
export interface Subject {
  readonly database: string
  /** Those of the tables that are published. */
  readonly schemas: readonly string[]
  /** The role of those who only read. */
  readonly readers: string
}

/** All of the set-up, in its order. */
export function setupSteps({ database, schemas, readers }: Subject): Step[] {
  const published = [...new Set(schemas)].filter((schema) => schema !== loads.schema).sort()
  return [
    ...roleSteps(database, readers),
    ...loginSteps(),
    ownStep(readers),
    ...published.map((schema) => schemaStep(schema, readers)),
  ]
}
