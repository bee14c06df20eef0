import { identifier } from '../../table/sql.ts'
import { loads } from '../audit.ts'
import { tableName } from '../ddl.ts'
import { changes } from '../schema.ts'
import { LOADER, TRANSFORMER } from './roles.ts'
import type { Step } from './step.ts'
import { setup } from './table.ts'

/** A schema of published tables, which readers may read, those that are still to be made as well. */
export function schemaStep(schema: string, readers: string): Step {
  const name = identifier(schema)
  const defaults = `alter default privileges for user "usher" in schema ${name} grant select on tables`
  return {
    ...{ version: 1, name: schemaStepName(schema) },
    statements: [
      ...work(schema),
      `grant usage on schema ${name} to role ${identifier(readers)}`,
      `${defaults} to role ${identifier(TRANSFORMER)}`,
      `${defaults} to role ${identifier(readers)}`,
    ],
  }
}

/** What a schema's step is called, by which a night knows that it need not see to it. */
export const schemaStepName = (schema: string): string => `schema ${schema}`

/** The schema of Usher's own, with the audit table, which readers may read and nothing else there. */
export function ownStep(readers: string): Step {
  const role = identifier(readers)
  return {
    ...{ version: 1, name: schemaStepName(loads.schema) },
    statements: [
      ...work(loads.schema),
      ...changes(loads, []),
      // Whoever adds a column must own the table.
      `alter table ${tableName(loads)} owner to "usher"`,
      `grant usage on schema ${identifier(loads.schema)} to role ${role}`,
      `grant select on ${tableName(loads)} to role ${role}`,
      `grant select on ${tableName(setup)} to role ${identifier(LOADER)}`,
    ],
  }
}

/** Lets the loader and the transformer make tables; whoever makes a table owns it, and may do all to it. */
function work(schema: string): string[] {
  const name = identifier(schema)
  const both = `role ${identifier(LOADER)}, role ${identifier(TRANSFORMER)}`
  return [
    `create schema if not exists ${name}`,
    `grant create, usage on schema ${name} to ${both}`,
    // Default privileges ask it of the user: what its roles have may not count.
    `grant create, usage on schema ${name} to "usher"`,
  ]
}

/**
 * What is taken from everybody, and given to the loader alone: to copy and unload with a role. That is for whoever
 * knows of all who use the warehouse.
 */
export const closingStep = (copyRole: string): Step => ({
  ...{ version: 1, name: 'closed to others' },
  statements: [
    'revoke create on schema "public" from public',
    // Whoever may write a table could else copy into it what the role of COPY may read.
    'revoke assumerole on all from public for all',
    `grant assumerole on '${copyRole}' to role ${identifier(LOADER)} for copy, unload`,
  ],
})
