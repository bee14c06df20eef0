import { SqlError, syntaxError, unknownHere } from '../error.ts'
import type { Reader } from '../sql/reader.ts'
import { quoteText } from '../sql/token.ts'
import {
  closePublic,
  type Grantee,
  keep,
  mustBeSuperuser,
  mustMay,
  mustMayOn,
} from '../warehouse/rights.ts'
import { CATALOG } from '../warehouse/schema.ts'
import type { Session } from '../warehouse/session.ts'
import type { Place } from './execute.ts'
import { isRole, isUser } from './identity.ts'

/** GRANT to roles and users: of roles, and on tables, schemas and the database. */
export async function grant({ session }: Place, reader: Reader): Promise<number> {
  if (reader.accept('role')) return grantRole(session, reader)
  if (reader.accept('assumerole', 'on')) return grantAssumeRole(session, reader)
  const privileges = list(reader, () => reader.name().toUpperCase())
  reader.expect('on')
  if (reader.accept('database')) return grantOnDatabase(session, reader, privileges)
  if (reader.accept('schema')) return grantOnSchemas(session, reader, privileges)
  return grantOnTables(session, reader, privileges)
}

async function grantRole(session: Session, reader: Reader): Promise<number> {
  mustBeSuperuser(session, 'grant a role')
  const role = reader.name()
  if (!(await isRole(session, role))) throw noRole(role)
  for (const { name, kind } of await grantees(session, reader)) {
    const values = [name, kind, role].map(quoteText).join(', ')
    const there = `select * from ${CATALOG}.role_grants`
    const [twice] = await session.rows(`select ${values} intersect ${there}`)
    // Whether Redshift minds is not documented.
    if (twice) throw new SqlError(`${kind} "${name}" has been granted role "${role}" already`)
    await session.rows(`insert into ${CATALOG}.role_grants values (${values})`)
  }
  return 0
}

/** Whose role COPY may take is not looked at here. */
async function grantAssumeRole(session: Session, reader: Reader): Promise<number> {
  mustBeSuperuser(session, 'grant ASSUMEROLE')
  reader.string()
  await grantees(session, reader)
  reader.expect('for', 'copy', ',', 'unload')
  reader.end()
  return 0
}

async function grantOnDatabase(session: Session, reader: Reader, privileges: readonly string[]) {
  mustBeSuperuser(session, 'grant on a database')
  only(privileges, ['CREATE', 'TEMP', 'TEMPORARY'])
  reader.name()
  for (const to of await grantees(session, reader)) {
    for (const privilege of privileges) await keep(session, to, { privilege })
  }
  reader.end()
  return 0
}

async function grantOnSchemas(session: Session, reader: Reader, privileges: readonly string[]) {
  only(privileges, ['CREATE', 'USAGE'])
  const schemas = list(reader, () => reader.name())
  const to = await grantees(session, reader)
  reader.end()
  for (const schema of schemas) {
    await schemaThere(session, schema)
    await mustMay(session, { privilege: 'OWN', schema })
    for (const one of to) {
      for (const privilege of privileges) await keep(session, one, { privilege, schema })
    }
  }
  return 0
}

async function grantOnTables(session: Session, reader: Reader, privileges: readonly string[]) {
  only(privileges, ['SELECT', 'INSERT', 'UPDATE', 'DELETE'])
  if (reader.accept('all')) throw unknownHere('GRANT ON ALL TABLES')
  reader.accept('table')
  const names = list(reader, () => reader.table())
  const to = await grantees(session, reader)
  reader.end()
  for (const name of names) {
    const found = await session.table(name)
    await mustMayOn(session, found, 'OWN')
    const { schema = 'public', name: table } = found
    for (const one of to) {
      for (const privilege of privileges) await keep(session, one, { privilege, schema, table })
    }
  }
  return 0
}

/** ALTER DEFAULT PRIVILEGES, which tables have then that their user makes later. */
export async function alterDefaultPrivileges({ session }: Place, reader: Reader): Promise<number> {
  let owner = session.owner
  if (reader.accept('for', 'user')) {
    mustBeSuperuser(session, 'alter the default privileges of another')
    owner = reader.name()
    if (!(await isUser(session, owner))) throw new SqlError(`user "${owner}" does not exist`)
  }
  reader.expect('in', 'schema')
  const schemas = list(reader, () => reader.name())
  reader.expect('grant', 'select', 'on', 'tables')
  const to = await grantees(session, reader)
  reader.end()
  for (const schema of schemas) {
    await schemaThere(session, schema)
    await mustMay(session, { privilege: 'CREATE', schema })
    for (const one of to) await keep(session, one, { privilege: 'DEFAULT SELECT', schema }, owner)
  }
  return 0
}

/** REVOKE of what everybody has from the start. */
export async function revoke({ session }: Place, reader: Reader): Promise<number> {
  mustBeSuperuser(session, 'revoke what everybody has')
  if (reader.accept('assumerole', 'on', 'all', 'from', 'public', 'for', 'all')) {
    reader.end()
    return 0
  }
  if (!reader.accept('create', 'on', 'schema')) throw unknownHere('REVOKE of anything else')
  if (reader.name() !== 'public') throw unknownHere('REVOKE ON another SCHEMA than public')
  reader.expect('from', 'public')
  reader.end()
  await closePublic(session)
  return 0
}

async function grantees(session: Session, reader: Reader): Promise<Grantee[]> {
  reader.expect('to')
  const all = list(reader, (): Grantee => {
    return reader.accept('role')
      ? { kind: 'role', name: reader.name() }
      : { kind: 'user', name: reader.name() }
  })
  if (reader.next && reader.next.value !== 'for') throw syntaxError(reader.next.text)
  for (const { kind, name } of all) {
    if (kind === 'role' && !(await isRole(session, name))) throw noRole(name)
    if (kind === 'user' && !(await isUser(session, name))) {
      throw new SqlError(`user "${name}" does not exist`)
    }
  }
  return all
}

const noRole = (role: string): SqlError => new SqlError(`role "${role}" does not exist`)

function only(privileges: readonly string[], known: readonly string[]): void {
  const other = privileges.find((privilege) => !known.includes(privilege))
  if (other) throw unknownHere(`GRANT ${other} there`)
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
