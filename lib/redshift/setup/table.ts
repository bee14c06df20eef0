import { boolean, integer, timestamp, varchar } from '../../table/column.ts'
import { type Definition, definition } from '../../table/definition.ts'
import { sql } from '../../table/sql.ts'
import { define } from '../../table/table.ts'
import { UTC_NOW } from '../audit.ts'
import type { Warehouse } from '../client.ts'
import { literal, tableName } from '../ddl.ts'
import { digestOf, type Step } from './step.ts'

const setupTable = define(
  'setup',
  {
    version: integer().describe('The set-up that the step came with.'),
    step: varchar(255).describe('What was set up: role usher_loader, or schema public.'),
    digest: varchar(64).describe('Tells what it said then from what it says now.'),
    made: boolean().describe('False where it was there already, and was left as it was.'),
    applied_at: timestamp().describe('When, in UTC.'),
  },
  {
    schema: 'usher',
    description: 'One row for each step of the set-up of the warehouse that has been applied.',
  },
  { by: 'transform', query: sql`` },
)

/** The table of what has been set up. */
export const setup: Definition = setupTable[definition]

/** A step that has been applied. */
export interface Applied {
  readonly digest: string
  readonly made: boolean
}

/** What each step was when it was applied last; nothing in a warehouse that was never set up. */
export async function appliedSteps(warehouse: Warehouse): Promise<Map<string, Applied>> {
  const { schema, name } = setup
  const known = 'select 1 from svv_tables where table_schema = :schema and table_name = :name'
  const there = await warehouse.query({ text: known, parameters: { schema, name } })
  if (there.length === 0) return new Map()
  const text = `select step, digest, cast(made as integer) as made
from ${tableName(setup)}
order by applied_at`
  const rows = await warehouse.query({ text, parameters: {} })
  return new Map(
    rows.map(({ step, digest, made }) => [
      step ?? '',
      { digest: digest ?? '', made: made === '1' },
    ]),
  )
}

interface Done {
  readonly step: Step
  readonly made: boolean
  readonly passwordVersion?: string | undefined
}

/** The statement that writes down that steps have been applied. */
export function recordSteps(steps: readonly Done[]): string {
  const rows = steps.map(({ step, made, passwordVersion }) => {
    const digest = digestOf(step, passwordVersion)
    return `select ${step.version}, ${literal(step.name)}, ${literal(digest)}, ${made},
  ${UTC_NOW}`
  })
  return `insert into ${tableName(setup)} (version, step, digest, made, applied_at)
${rows.join('\nunion all ')}`
}
