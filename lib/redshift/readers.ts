import type { Definition } from '../table/definition.ts'
import { identifier, type Statement } from '../table/sql.ts'
import { AS_OF } from './as-of.ts'
import { loads } from './audit.ts'
import { StatementError, type Warehouse } from './client.ts'
import { MOST_STATEMENTS, tableName } from './ddl.ts'

/**
 * Lets a role read the tables that are published, all that this user will make in their schemas, which
 * loads there were and how old rows are; nothing else of Usher's own. Makes the role where there is none,
 * and passes by the schemas that have been set up for it. Gives a warning for each thing that Redshift
 * refuses, with the statement that an administrator is to run: who may read is no reason not to load.
 */
export async function letRead(
  warehouse: Warehouse,
  role: string,
  tables: readonly Definition[],
  run: string,
  setUp: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const unmade = setUp.size === 0 ? await makeRole(warehouse, role, run) : undefined
  if (unmade) return [unmade]
  const there = await tablesThere(warehouse)
  const statements = grants(
    role,
    tables,
    tables.filter((table) => there.has(`${table.schema}.${table.name}`)),
    setUp,
  )
  const warnings: string[] = []
  for (let at = 0; at < statements.length; at += MOST_STATEMENTS) {
    const batch = statements.slice(at, at + MOST_STATEMENTS)
    const name = `usher ${run} readers ${at}`
    if (!(await refusal(warehouse, name, batch))) continue
    // With one of a batch, all are rolled back.
    for (const [i, statement] of batch.entries()) {
      const problem = await refusal(warehouse, `usher ${run} reader ${at + i}`, [statement])
      if (problem) warnings.push(toRun(role, problem, statement))
    }
  }
  return warnings
}

async function makeRole(
  warehouse: Warehouse,
  role: string,
  run: string,
): Promise<string | undefined> {
  const text = 'select role_name from svv_roles where role_name = :role'
  const found = await warehouse.query({ text, parameters: { role } })
  if (found.length > 0) return undefined
  const create = `create role ${identifier(role)}`
  const problem = await refusal(warehouse, `usher ${run} role`, [create])
  // Not everyone is shown every role.
  if (problem === undefined || /already exists/.test(problem)) return undefined
  return toRun(role, problem, create)
}

/** What Redshift says against statements, undefined where nothing. Throws what is no refusal. */
async function refusal(
  warehouse: Warehouse,
  name: string,
  statements: readonly string[],
): Promise<string | undefined> {
  try {
    await warehouse.transaction(name, statements.map(withoutParameters))
    return undefined
  } catch (error) {
    if (error instanceof StatementError) return error.message
    throw error
  }
}

const toRun = (role: string, problem: string, statement: string): string =>
  `the role ${role} of the readers may not read all that is published (${problem}). ` +
  `Have an administrator run \`${statement}\`, or name no readers in the stage.`

async function tablesThere(warehouse: Warehouse): Promise<ReadonlySet<string>> {
  const text = `select table_schema, table_name from svv_tables where table_type = 'BASE TABLE'`
  const rows = await warehouse.query(withoutParameters(text))
  return new Set(rows.map(({ table_schema, table_name }) => `${table_schema}.${table_name}`))
}

/**
 * What a role is granted; of schemas that are set up, their tables alone. A grant that is there already
 * is no mistake.
 */
export function grants(
  role: string,
  tables: readonly Definition[],
  there: readonly Definition[],
  setUp: ReadonlySet<string> = new Set(),
): string[] {
  const to = `to role ${identifier(role)}`
  const bySchema = Map.groupBy(tables, ({ schema }) => schema)
  const ofSchemas = [...bySchema].flatMap(([schema, own]) => {
    const name = identifier(schema)
    const present = own.filter((table) => there.includes(table)).map(tableName)
    return [
      ...(setUp.has(schema)
        ? []
        : [
            `grant usage on schema ${name} ${to}`,
            `alter default privileges in schema ${name} grant select on tables ${to}`,
          ]),
      ...(present.length > 0 ? [`grant select on ${present.join(', ')} ${to}`] : []),
    ]
  })
  const ofLoads = [
    `grant usage on schema ${identifier(loads.schema)} ${to}`,
    `grant select on ${tableName(loads)} ${to}`,
  ]
  return [
    ...ofSchemas,
    ...(setUp.has(loads.schema) ? [] : ofLoads),
    `grant select on ${AS_OF} ${to}`,
  ]
}

const withoutParameters = (text: string): Statement => ({ text, parameters: {} })
