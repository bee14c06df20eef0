import { identifier } from '../../table/sql.ts'
import { literal } from '../ddl.ts'
import type { Step } from './step.ts'

/** The roles that people and programs are granted. */
export const LOADER = 'usher_loader'
export const TRANSFORMER = 'usher_transformer'
/** Of those who only read, unless the stage has another name for it. */
export const READER = 'usher_reader'
export const LOOKER = 'usher_looker'

/** Where Looker keeps its persistent derived tables. */
const SCRATCH = 'looker_scratch'

/** The roles, and what they may do in the database; what in its schemas, `schemaStep` says. */
export function roleSteps(database: string, readers: string): Step[] {
  return [
    ...[LOADER, TRANSFORMER, readers, LOOKER].map(roleStep),
    {
      ...{ version: 1, name: 'database' },
      statements: [
        // CREATE is for the schemas of tables that are still to be declared.
        `grant create, temporary on database ${identifier(database)} to role ${identifier(LOADER)}`,
        `grant temporary on database ${identifier(database)} to role ${identifier(TRANSFORMER)}`,
      ],
    },
    {
      ...{ version: 1, name: `role ${readers} to role ${LOOKER}` },
      unless: `select 1 from svv_role_grants where role_name = ${literal(LOOKER)} and granted_role_name = ${literal(readers)}`,
      statements: [`grant role ${identifier(readers)} to role ${identifier(LOOKER)}`],
    },
    {
      ...{ version: 1, name: `schema ${SCRATCH}` },
      statements: [
        `create schema if not exists ${identifier(SCRATCH)}`,
        `grant create, usage on schema ${identifier(SCRATCH)} to role ${identifier(LOOKER)}`,
      ],
    },
  ]
}

/** What a role's step is called, by which a night knows that it need not make it. */
export const roleStepName = (role: string): string => `role ${role}`

function roleStep(role: string): Step {
  return {
    ...{ version: 1, name: roleStepName(role) },
    unless: `select 1 from svv_roles where role_name = ${literal(role)}`,
    statements: [`create role ${identifier(role)}`],
  }
}
