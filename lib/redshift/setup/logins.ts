import { identifier } from '../../table/sql.ts'
import { literal } from '../ddl.ts'
import { LOADER, LOOKER, TRANSFORMER } from './roles.ts'
import { type Login, PASSWORD, type Step } from './step.ts'

/** What a login is made as: none is a superuser, or makes databases or users. */
interface Making {
  readonly login: Login
  readonly roles: readonly string[]
  /** What follows `alter user`. */
  readonly limits: readonly string[]
}

const LOGINS: readonly Making[] = [
  {
    login: 'usher',
    roles: [LOADER, TRANSFORMER],
    // Less than a cluster of the smallest nodes takes, and more than a night opens.
    limits: ['connection limit 200', "set query_group to 'usher'"],
  },
  {
    login: 'looker',
    roles: [LOOKER],
    limits: [
      'connection limit 20',
      // Seconds that a connection may do nothing.
      'session timeout 3600',
      // Milliseconds that a query may take.
      'set statement_timeout to 1800000',
      "set query_group to 'looker'",
      "set search_path to '$user', looker_scratch, public",
    ],
  },
]

/** The users that the functions and Looker work as. One that is there already keeps all that it has. */
export const loginSteps = (): Step[] => LOGINS.flatMap(stepsOf)

function stepsOf({ login, roles, limits }: Making): Step[] {
  const user = identifier(login)
  const created = `login ${login}`
  return [
    {
      ...{ version: 1, name: created },
      unless: `select 1 from svv_user_info where user_name = ${literal(login)}`,
      statements: [`create user ${user} password disable nocreatedb nocreateuser`],
    },
    {
      ...{ version: 1, name: `password of ${login}`, alters: created, passwordOf: login },
      statements: [`alter user ${user} password '${PASSWORD}'`],
    },
    {
      ...{ version: 1, name: `limits of ${login}`, alters: created },
      statements: limits.map((limit) => `alter user ${user} ${limit}`),
    },
    ...roles.map((role) => ({
      ...{ version: 1, name: `role ${role} to ${login}` },
      unless: `select 1 from svv_user_grants where user_name = ${literal(login)} and role_name = ${literal(role)}`,
      statements: [`grant role ${identifier(role)} to ${user}`],
    })),
  ]
}
