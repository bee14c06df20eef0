import { SqlError, unknownHere } from '../error.ts'
import type { Reader } from '../sql/reader.ts'
import { quoteText } from '../sql/token.ts'
import { mustBeSuperuser } from '../warehouse/rights.ts'
import { CATALOG } from '../warehouse/schema.ts'
import type { Session } from '../warehouse/session.ts'
import type { Place } from './execute.ts'

/** CREATE ROLE, which SVV_ROLES shows. */
export async function createRole({ session }: Place, reader: Reader): Promise<number> {
  mustBeSuperuser(session, 'create a role')
  const role = reader.name()
  reader.end()
  if (await isRole(session, role)) throw new SqlError(`role "${role}" already exists`)
  if (await isUser(session, role)) throw new SqlError(`"${role}" is the name of a user`)
  await session.rows(`insert into ${CATALOG}.roles values (${quoteText(role)})`)
  return 0
}

/** CREATE USER, which SVV_USER_INFO shows. Nobody logs in here: what a password is, is not asked. */
export async function createUser({ session }: Place, reader: Reader): Promise<number> {
  mustBeSuperuser(session, 'create a user')
  const user = reader.name()
  if (await isUser(session, user)) throw new SqlError(`user "${user}" already exists`)
  if (await isRole(session, user)) throw new SqlError(`"${user}" is the name of a role`)
  reader.accept('with')
  const settings = { superuser: 'false', ...readOptions(reader) }
  if (!('password' in settings)) throw new SqlError('CREATE USER needs a PASSWORD')
  const values = [user, JSON.stringify(settings)].map(quoteText).join(', ')
  await session.rows(`insert into ${CATALOG}.users values (${values})`)
  return 0
}

/** ALTER USER of options, and SET of a parameter for all its sessions. */
export async function alterUser({ session }: Place, reader: Reader): Promise<number> {
  mustBeSuperuser(session, 'alter a user')
  const user = reader.name()
  if (!(await isUser(session, user))) throw new SqlError(`user "${user}" does not exist`)
  const settings = reader.accept('set') ? readParameter(reader) : readOptions(reader)
  await session.rows(`update ${CATALOG}.users
    set settings = json_merge_patch(settings, ${quoteText(JSON.stringify(settings))})
    where user_name = ${quoteText(user)}`)
  return 0
}

type Settings = Record<string, string>

function readOptions(reader: Reader): Settings {
  const settings: Settings = {}
  while (!reader.done) {
    if (reader.accept('password')) {
      settings.password = reader.accept('disable') ? 'disabled' : password(reader.string())
    } else if (reader.accept('nocreateuser')) settings.superuser = 'false'
    else if (reader.accept('createuser')) settings.superuser = 'true'
    else if (reader.accept('nocreatedb')) settings.createdb = 'false'
    else if (reader.accept('connection', 'limit')) {
      settings['connection limit'] = String(reader.integer())
    } else if (reader.accept('session', 'timeout')) {
      const seconds = reader.integer()
      if (seconds < 60 || seconds > 1_728_000) {
        throw new SqlError(`SESSION TIMEOUT ${seconds} is not between 60 and 1728000`)
      }
      settings['session timeout'] = String(seconds)
    } else throw unknownHere(`${reader.next?.text.toUpperCase()} of a user`)
  }
  return settings
}

/** No more is taken here than a hash: a password itself would be in the log of statements. */
function password(text: string): string {
  if (/^sha256\|[0-9a-f]{64}\|[0-9a-f]{64}$/.test(text)) return text
  throw unknownHere('a PASSWORD other than sha256|digest|salt')
}

const PARAMETERS = ['query_group', 'search_path', 'statement_timeout']

function readParameter(reader: Reader): Settings {
  const name = reader.name()
  if (!PARAMETERS.includes(name)) throw new SqlError(`unrecognized parameter "${name}"`)
  if (!reader.accept('=')) reader.expect('to')
  const values = reader.tokens.slice(reader.at).map(({ value }) => value)
  if (values.length === 0) throw new SqlError('syntax error at end of input')
  return { [name]: values.join('') }
}

export const isRole = async (session: Session, role: string): Promise<boolean> => {
  const these = `role_name = ${quoteText(role)}`
  return (await session.rows(`select 1 from ${CATALOG}.roles where ${these}`)).length > 0
}

export const isUser = async (session: Session, user: string): Promise<boolean> => {
  const these = `user_name = ${quoteText(user)}`
  return (await session.rows(`select 1 from ${CATALOG}.users where ${these}`)).length > 0
}
