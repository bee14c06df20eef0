import { ApiError } from './error.ts'

export type Body = Readonly<Record<string, unknown>>

/** What Step Functions says of a value that its model does not allow. */
export const invalid = (value: unknown, field: string, rule: string): ApiError =>
  new ApiError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: Member must ${rule}`,
  )

/** A text of a request, between two lengths; undefined where it is not given. */
export function textOf(body: Body, name: string, least: number, most: number): string | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') {
    throw new ApiError('SerializationException', `${name} must be a string`)
  }
  if (value.length < least) {
    throw invalid(value, name, `have length greater than or equal to ${least}`)
  }
  if (value.length > most) {
    throw invalid(value.slice(0, 100), name, `have length less than or equal to ${most}`)
  }
  return value
}

export function booleanOf(body: Body, name: string): boolean | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  throw new ApiError('SerializationException', `${name} must be a boolean`)
}

/** The ARN of an execution, a state machine or a map run. */
export function arnOf(body: Body, name: string, kind: string): string {
  const arn = textOf(body, name, 1, kind === 'stateMachine' ? 256 : 2000)
  if (arn === undefined) throw invalid(null, name, 'not be null')
  const parts = arn.split(':')
  if (parts[0] !== 'arn' || parts[2] !== 'states' || parts.length < 7) {
    throw new ApiError('InvalidArn', `Invalid Arn: '${arn}'`)
  }
  if (parts[5] === kind) return arn
  throw new ApiError(
    'InvalidArn',
    `Invalid Arn: 'Resource type not valid in this context: ${parts[5]}'`,
  )
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const REFUSED = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]/

/** The name of a new execution, where one is given. */
export function nameOf(body: Body): string | undefined {
  const name = textOf(body, 'name', 1, 80)
  if (name !== undefined && REFUSED.test(name)) {
    throw new ApiError('InvalidName', `Invalid Name: '${name}'`)
  }
  return name
}

const LARGEST_INPUT = 262_144

/** The input of a new execution: JSON. */
export function inputOf(body: Body): string {
  const input = textOf(body, 'input', 0, LARGEST_INPUT) ?? '{}'
  if (Buffer.byteLength(input) > LARGEST_INPUT) {
    throw invalid('…', 'input', `have length less than or equal to ${LARGEST_INPUT}`)
  }
  try {
    JSON.parse(input)
  } catch (error) {
    throw new ApiError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${(error as Error).message}'`,
    )
  }
  return input
}

const MOST = 1000
const PAGE = 100

/** A page of a list, and the token of the next one. */
export function pageOf<T>(body: Body, list: readonly T[]): { page: T[]; nextToken?: string } {
  const size = body.maxResults ?? 0
  if (!Number.isInteger(size) || Number(size) < 0) {
    throw invalid(size, 'maxResults', 'have value greater than or equal to 0')
  }
  if (Number(size) > MOST) {
    throw invalid(size, 'maxResults', `have value less than or equal to ${MOST}`)
  }
  const token = textOf(body, 'nextToken', 1, 3096)
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString())
  if (!Number.isInteger(from) || from < 0 || (token && tokenOf(from) !== token)) {
    throw new ApiError('InvalidToken', `Invalid Token: '${token}'`)
  }
  const end = from + (Number(size) || PAGE)
  return {
    page: list.slice(from, end),
    ...(end < list.length && { nextToken: tokenOf(end) }),
  }
}

const tokenOf = (from: number): string => Buffer.from(String(from)).toString('base64url')
