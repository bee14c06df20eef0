import { ApiError, SqlError } from '../error.ts'
import { type Token, tokenize } from '../sql/token.ts'

export type Body = Readonly<Record<string, unknown>>

const invalid = (message: string): ApiError => new ApiError(message)

/** A text of a request, between two lengths; undefined where it is not given. */
export function textOf(body: Body, name: string, least = 1, most = 1024): string | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalid(`${name} must be a string`)
  if (value.length < least || value.length > most) {
    throw invalid(`${name} must have a length between ${least} and ${most}`)
  }
  return value
}

export function requiredText(body: Body, name: string, most?: number): string {
  const value = textOf(body, name, 1, most)
  if (value === undefined) throw invalid(`${name} is required`)
  return value
}

export function numberOf(
  body: Body,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > most) {
    throw invalid(`${name} must be between ${least} and ${most}`)
  }
  return Number(value)
}

const TARGET = ['ClusterIdentifier', 'WorkgroupName', 'Database', 'DbUser', 'SecretArn'] as const

/** Which warehouse a request is for. */
export function targetOf(body: Body): Record<string, unknown> {
  const cluster = textOf(body, 'ClusterIdentifier')
  const workgroup = textOf(body, 'WorkgroupName')
  if (!cluster && !workgroup) throw invalid('ClusterIdentifier or WorkgroupName is required')
  if (cluster && workgroup) throw invalid('ClusterIdentifier and WorkgroupName exclude each other')
  if (body.SessionId !== undefined || body.SessionKeepAliveSeconds !== undefined) {
    throw invalid('the local stand-in for Redshift keeps no sessions')
  }
  requiredText(body, 'Database')
  return Object.fromEntries(TARGET.flatMap((name) => (body[name] ? [[name, body[name]]] : [])))
}

const LONGEST_STATEMENT = 100 * 1024

export function checkSql(sql: unknown): string {
  if (typeof sql !== 'string' || sql.trim() === '') throw invalid('Sql must not be empty')
  if (Buffer.byteLength(sql) > LONGEST_STATEMENT) {
    throw invalid('The length of a SQL statement is at most 100 KB')
  }
  return sql
}

/** The parameters of a request, each a text of at least one character. */
export function parametersOf(body: Body): Map<string, string> {
  const parameters = new Map<string, string>()
  const list = body.Parameters ?? []
  if (!Array.isArray(list) || (body.Parameters && list.length === 0)) {
    throw invalid('Parameters must be a list of at least one')
  }
  for (const item of list as Body[]) {
    const name = requiredText(item, 'name')
    if (!/^[0-9a-zA-Z_]+$/.test(name)) throw invalid(`"${name}" is no name of a parameter`)
    if (parameters.has(name)) throw invalid(`The parameter "${name}" is given twice`)
    if (typeof item.value !== 'string' || item.value === '') {
      throw invalid(`The value of the parameter "${name}" must have at least one character`)
    }
    parameters.set(name, item.value)
  }
  return parameters
}

/** Puts the values in the places of `:names`. Every parameter must be used, every name be given. */
export function bind(sqls: readonly string[], parameters: ReadonlyMap<string, string>): string[] {
  const used = new Set<string>()
  const bound = sqls.map((sql) => {
    const pieces: string[] = []
    let end = 0
    for (const { kind, value, text, start } of tokensOf(sql)) {
      if (kind !== 'parameter') continue
      const given = parameters.get(value)
      if (given === undefined) throw invalid(`The parameter "${value}" has no value`)
      used.add(value)
      pieces.push(sql.slice(end, start), literal(given))
      end = start + text.length
    }
    return pieces.join('') + sql.slice(end)
  })
  for (const name of parameters.keys()) {
    if (!used.has(name)) throw invalid(`The parameter "${name}" is not used in any SQL statement`)
  }
  return bound
}

/** What is no SQL at all fails when it is run, and not here. */
function tokensOf(sql: string): Token[] {
  try {
    return tokenize(sql)
  } catch (error) {
    if (error instanceof SqlError) return []
    throw error
  }
}

const literal = (value: string): string =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
