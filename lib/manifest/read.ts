import { Failure, messageOf } from '../error.ts'
import { type Bucket, isBroken } from './bucket.ts'
import { type Extract, extractKey } from './manifest.ts'

/**
 * What an extract says of itself, undefined where there is none. Throws a WarehouseRefused where it is
 * not as an extract writes it: whoever may write to the bucket cannot have other files loaded or deleted.
 */
export async function readExtract(bucket: Bucket, prefix: string): Promise<Extract | undefined> {
  const key = extractKey(prefix)
  const found = await read(bucket, key)
  if (found === undefined) return undefined
  const problem = problemOf(found, prefix)
  if (problem) throw strange(bucket, key, problem)
  return found as Extract
}

async function read(bucket: Bucket, key: string): Promise<unknown> {
  try {
    return await bucket.get<unknown>(key)
  } catch (error) {
    if (isBroken(error)) throw strange(bucket, key, messageOf(error))
    throw error
  }
}

const strange = (bucket: Bucket, key: string, problem: string): Failure =>
  new Failure(
    'WarehouseRefused',
    `s3://${bucket.name}/${key} is not as Usher wrote it (${problem}): run the table again with "force": true`,
  )

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isInstant = (value: unknown): boolean =>
  value === undefined ||
  (typeof value === 'string' && /^\d{4}(-\d\d){2}T[\d:]{8}\.\d{3}Z$/.test(value))
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

function problemOf(found: unknown, prefix: string): string | undefined {
  if (!isObject(found)) return 'it is no object'
  const { table, date, readAt, readUntil, others = [], files = [], notes, keys } = found
  if (typeof table !== 'string' || typeof date !== 'string') return 'it is of no table or date'
  if (!isInstant(readAt) || !isInstant(readUntil)) return 'it was read at no time'
  if (!isObject(notes) || !Object.values(notes).every(isCount)) return 'its notes are no counts'
  if (!Array.isArray(others) || !others.every((key) => isInside(key, prefix))) {
    return `others are not all inside ${prefix}`
  }
  if (!Array.isArray(files) || !files.every(isFile)) return 'files are not all files'
  return (
    problemOfFiles(found, prefix) ?? (keys === undefined ? undefined : problemOfFiles(keys, prefix))
  )
}

function problemOfFiles(found: unknown, prefix: string): string | undefined {
  if (!isObject(found)) return 'its keys are no object'
  const { columns, format, rows, bytes, parts } = found
  if (!Array.isArray(columns) || !columns.every((name) => typeof name === 'string')) {
    return 'it has no columns'
  }
  if (!isObject(format) || (format.kind !== 'csv' && format.kind !== 'json')) {
    return 'it has no format'
  }
  if (!isCount(bytes) || !(rows === undefined || isCount(rows))) return 'it does not say how much'
  if (!Array.isArray(parts)) return 'it has no parts'
  const stray = parts.find((part) => !isPart(part, prefix))
  return stray === undefined ? undefined : `a part is not inside ${prefix}, or not described`
}

const isPart = (part: unknown, prefix: string): boolean =>
  isObject(part) &&
  isInside(part.key, prefix) &&
  (part.rows === undefined || isCount(part.rows)) &&
  isCount(part.bytes) &&
  typeof part.etag === 'string'

const isFile = (file: unknown): boolean =>
  isObject(file) && typeof file.url === 'string' && /^s3:\/\/[^/]+\/./.test(file.url)

/** Whether a key is below a prefix, and of no one else. */
export const isInside = (key: unknown, prefix: string): key is string =>
  typeof key === 'string' && key.startsWith(`${prefix}/`) && !key.split('/').includes('..')
