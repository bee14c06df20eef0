import { SqlError, syntaxError, unknownHere } from '../error.ts'
import type { Reader } from '../sql/reader.ts'
import { quoteText } from '../sql/token.ts'
import { CATALOG } from '../warehouse/schema.ts'
import type { Session } from '../warehouse/session.ts'
import type { Place } from './execute.ts'

/** CREATE ROLE, which SVV_ROLES shows. */
export async function createRole({ session }: Place, reader: Reader): Promise<number> {
  const role = reader.name()
  reader.end()
  if (await isRole(session, role)) throw new SqlError(`role "${role}" already exists`)
  await session.rows(`insert into ${CATALOG}.roles values (${quoteText(role)})`)
  return 0
}

/** GRANT to roles of SELECT on tables, and of USAGE on schemas: nobody is kept from anything here. */
export async function grant({ session }: Place, reader: Reader): Promise<number> {
  if (reader.accept('usage', 'on', 'schema')) {
    const schemas = list(reader, () => reader.name())
    const role = await grantee(session, reader)
    for (const schema of schemas) {
      await schemaThere(session, schema)
      await keep(session, { role, privilege: 'USAGE', schema })
    }
    return 0
  }
  if (!reader.accept('select', 'on')) throw unknownHere(`GRANT ${reader.next?.text ?? ''}`)
  if (reader.accept('all')) throw unknownHere('GRANT ON ALL TABLES')
  reader.accept('table')
  const names = list(reader, () => reader.table())
  const role = await grantee(session, reader)
  for (const name of names) {
    const { schema, name: table } = await session.table(name)
    await keep(session, { role, privilege: 'SELECT', schema: schema ?? 'public', table })
  }
  return 0
}

/** ALTER DEFAULT PRIVILEGES, which tables that are made later have then. */
export async function alterDefaultPrivileges({ session }: Place, reader: Reader): Promise<number> {
  reader.expect('in', 'schema')
  const schemas = list(reader, () => reader.name())
  reader.expect('grant', 'select', 'on', 'tables')
  const role = await grantee(session, reader)
  for (const schema of schemas) {
    await schemaThere(session, schema)
    await keep(session, { role, privilege: 'DEFAULT SELECT', schema })
  }
  return 0
}

/** Grants on a table that is new what its schema's default privileges say. */
export const grantDefaults = (session: Session, schema: string, table: string) =>
  session.rows(`insert into ${CATALOG}.grants
    select role_name, 'SELECT', table_schema, ${quoteText(table)} from ${CATALOG}.grants
    where privilege = 'DEFAULT SELECT' and table_schema = ${quoteText(schema)}`)

interface Grant {
  readonly role: string
  readonly privilege: string
  readonly schema: string
  readonly table?: string
}

/** Keeps a grant, once. */
async function keep(session: Session, { role, privilege, schema, table = '' }: Grant) {
  const values = [role, privilege, schema, table].map(quoteText).join(', ')
  await session.rows(`insert into ${CATALOG}.grants
    select ${values} except select * from ${CATALOG}.grants`)
}

async function grantee(session: Session, reader: Reader): Promise<string> {
  reader.expect('to')
  if (!reader.accept('role')) throw unknownHere('GRANT to others than a role')
  const role = reader.name()
  if (reader.next) throw syntaxError(reader.next.text)
  if (!(await isRole(session, role))) throw new SqlError(`role "${role}" does not exist`)
  return role
}

async function isRole(session: Session, role: string): Promise<boolean> {
  const these = `role_name = ${quoteText(role)}`
  return (await session.rows(`select 1 from ${CATALOG}.roles where ${these}`)).length > 0
}

async function schemaThere(session: Session, schema: string): Promise<void> {
  const these = `schema_name = ${quoteText(schema)}`
  const found = await session.rows(`select 1 from information_schema.schemata where ${these}`)
  if (found.length === 0) throw new SqlError(`schema "${schema}" does not exist`)
}

function list<T>(reader: Reader, one: () => T): T[] {
  const all = [one()]
  while (reader.accept(',')) all.push(one())
  return all
}
