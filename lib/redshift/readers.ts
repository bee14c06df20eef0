import { Failure, messageOf } from '../error.ts'
import type { Definition } from '../table/definition.ts'
import { identifier, type Statement } from '../table/sql.ts'
import { loads } from './audit.ts'
import { StatementError, type Warehouse } from './client.ts'
import { MOST_STATEMENTS, tableName } from './ddl.ts'

/**
 * Lets a role read the tables that are published, all that this user will make in their schemas, and
 * which loads there were; nothing else of Usher's own. Makes the role where there is
 * none: throws a WarehouseRefused where that takes an administrator, or a table is somebody else's.
 */
export async function letRead(
  warehouse: Warehouse,
  role: string,
  tables: readonly Definition[],
  run: string,
): Promise<void> {
  await makeRole(warehouse, role, run)
  const there = await tablesThere(warehouse)
  const statements = grants(
    role,
    tables,
    tables.filter((table) => there.has(`${table.schema}.${table.name}`)),
  )
  for (let at = 0; at < statements.length; at += MOST_STATEMENTS) {
    const batch = statements.slice(at, at + MOST_STATEMENTS)
    await warehouse
      .transaction(`usher ${run} readers ${at}`, batch.map(withoutParameters))
      .catch((error: unknown) => {
        if (!(error instanceof StatementError)) throw error
        const problem = `${error.message} (${batch[error.index] ?? ''})`
        throw new Failure('WarehouseRefused', `the role ${role} cannot be let read: ${problem}`, {
          cause: error,
        })
      })
  }
}

async function makeRole(warehouse: Warehouse, role: string, run: string): Promise<void> {
  const known = 'select role_name from svv_roles where role_name = :role'
  const found = await warehouse.query({ text: known, parameters: { role } })
  if (found.length > 0) return
  const create = withoutParameters(`create role ${identifier(role)}`)
  try {
    await warehouse.transaction(`usher ${run} role`, [create])
  } catch (error) {
    if (!(error instanceof StatementError)) throw error
    // Not everyone is shown every role.
    if (/already exists/.test(messageOf(error))) return
    const help = `have an administrator run \`${create.text}\`, or name no readers in the stage`
    const problem = `the role ${role} of the readers cannot be made: ${messageOf(error)}: ${help}`
    throw new Failure('WarehouseRefused', problem, { cause: error })
  }
}

async function tablesThere(warehouse: Warehouse): Promise<ReadonlySet<string>> {
  const text = `select table_schema, table_name from svv_tables where table_type = 'BASE TABLE'`
  const rows = await warehouse.query(withoutParameters(text))
  return new Set(rows.map(({ table_schema, table_name }) => `${table_schema}.${table_name}`))
}

/** What a role is granted. A grant that is there already is no mistake. */
export function grants(
  role: string,
  tables: readonly Definition[],
  there: readonly Definition[],
): string[] {
  const to = `to role ${identifier(role)}`
  const bySchema = Map.groupBy(tables, ({ schema }) => schema)
  const ofSchemas = [...bySchema].flatMap(([schema, own]) => {
    const name = identifier(schema)
    const present = own.filter((table) => there.includes(table)).map(tableName)
    return [
      `grant usage on schema ${name} ${to}`,
      `alter default privileges in schema ${name} grant select on tables ${to}`,
      ...(present.length > 0 ? [`grant select on ${present.join(', ')} ${to}`] : []),
    ]
  })
  return [
    ...ofSchemas,
    `grant usage on schema ${identifier(loads.schema)} ${to}`,
    `grant select on ${tableName(loads)} ${to}`,
  ]
}

const withoutParameters = (text: string): Statement => ({ text, parameters: {} })
