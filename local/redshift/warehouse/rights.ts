import { SqlError } from '../error.ts'
import { quoteText } from '../sql/token.ts'
import type { Table } from './catalog.ts'
import { CATALOG } from './schema.ts'
import type { Session } from './session.ts'

/** Somebody who may be granted something. */
export interface Grantee {
  readonly kind: 'user' | 'role' | 'public'
  readonly name: string
}

/** What may be done: to a table, in a schema, or, without either, in the database. */
export interface Grant {
  readonly privilege: string
  readonly schema?: string
  readonly table?: string
}

/** Keeps a grant, once. */
export async function keep(
  session: Session,
  { kind, name }: Grantee,
  { privilege, schema = '', table = '' }: Grant,
  owner = '',
): Promise<void> {
  const columns = 'role_name, privilege, table_schema, table_name, grantee_type, owner'
  const values = [name, privilege, schema, table, kind, owner].map(quoteText).join(', ')
  await session.rows(`insert into ${CATALOG}.grants (${columns})
    select ${values} except select ${columns} from ${CATALOG}.grants`)
}

/** Grants on a table that is new what the default privileges of its maker say. */
export const grantDefaults = (session: Session, schema: string, table: string) =>
  session.rows(`insert into ${CATALOG}.grants
      (role_name, privilege, table_schema, table_name, grantee_type, owner)
    select role_name, substr(privilege, 9), table_schema, ${quoteText(table)}, grantee_type, ''
    from ${CATALOG}.grants
    where privilege like 'DEFAULT %' and table_schema = ${quoteText(schema)}
      and owner = ${quoteText(session.owner)}`)

/** Takes from everybody what everybody has from the start: to make tables in the schema `public`. */
export const closePublic = (session: Session) =>
  keep(session, { kind: 'public', name: 'public' }, { privilege: 'NO CREATE', schema: 'public' })

/** Throws a SqlError unless the user is a superuser. */
export function mustBeSuperuser(session: Session, to: string): void {
  if (session.user !== undefined) throw new SqlError(`must be superuser to ${to}`)
}

/** Throws a SqlError unless the user may do something in a schema or in the database. */
export async function mustMay(session: Session, grant: Grant): Promise<void> {
  const { schema } = grant
  if (session.user === undefined || (await isGranted(session, grant))) return
  throw new SqlError(
    `permission denied for ${schema === undefined ? 'database warehouse' : `schema ${schema}`}`,
  )
}

/** Throws a SqlError unless the user owns a table, or may do to it what a privilege is for. */
export async function mustMayOn(
  session: Session,
  { schema = 'public', name }: Table,
  privilege: string,
): Promise<void> {
  if (session.user === undefined) return
  const these = `table_schema = ${quoteText(schema)} and table_name = ${quoteText(name)}`
  const [row] = await session.rows(`select owner from ${CATALOG}.tables where ${these}`)
  if (row?.owner === session.user) return
  if (privilege === 'OWN') throw new SqlError(`must be owner of relation ${name}`)
  await mustMay(session, { privilege: 'USAGE', schema })
  if (await isGranted(session, { privilege, schema, table: name })) return
  throw new SqlError(`permission denied for relation ${name}`)
}

async function isGranted(
  session: Session,
  { privilege, schema = '', table = '' }: Grant,
): Promise<boolean> {
  const user = quoteText(session.user ?? '')
  const these = `table_schema = ${quoteText(schema)} and table_name = ${quoteText(table)}`
  const found = await session.rows(`with recursive mine as (
      select role_name from ${CATALOG}.role_grants
      where grantee_type = 'user' and grantee = ${user}
      union
      select other.role_name from ${CATALOG}.role_grants other join mine
        on other.grantee_type = 'role' and other.grantee = mine.role_name)
    select 1 from ${CATALOG}.grants
    where privilege = ${quoteText(privilege)} and ${these} and (
      (grantee_type = 'user' and role_name = ${user})
      or (grantee_type = 'role' and role_name in (select role_name from mine))
      or grantee_type = 'public')`)
  if (found.length > 0) return true
  if (schema !== 'public' || table !== '') return false
  if (privilege === 'USAGE') return true
  const closed = await session.rows(
    `select 1 from ${CATALOG}.grants where privilege = 'NO CREATE' and table_schema = 'public'`,
  )
  return privilege === 'CREATE' && closed.length === 0
}
