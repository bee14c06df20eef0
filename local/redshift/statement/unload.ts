import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { readRole } from '../copy/options.ts'
import { SqlError, syntaxError, unknownHere } from '../error.ts'
import type { Reader } from '../sql/reader.ts'
import { quoteName, quoteText, type Token, tokenize } from '../sql/token.ts'
import { translate } from '../sql/translate.ts'
import type { Session } from '../warehouse/session.ts'
import type { Place } from './execute.ts'

/** An UNLOAD, as far as the stand-in knows it: of a query, to Parquet on S3, with a verbose manifest. */
interface UnloadOptions {
  readonly query: readonly Token[]
  readonly bucket: string
  /** What the keys of its files begin with. */
  readonly prefix: string
  readonly overwrites: boolean
}

/** The temporary table that holds the rows. */
const STAGE = 'temp.main.redshift_unload'
/** Redshift writes a file for each slice, or more. */
const SLICES = 2

/** Types of DuckDB that stand for those of Redshift which are not unloaded to Parquet. */
const NOT_IN_PARQUET: Readonly<Record<string, string>> = { BLOB: 'VARBYTE', JSON: 'SUPER' }

/**
 * UNLOAD: the files first, and last the manifest, which says what is in them. Where there are no rows,
 * it is all that is written. Gives the rows unloaded.
 */
export async function unload({ session, s3 }: Place, reader: Reader): Promise<number> {
  const { query, bucket, prefix, overwrites } = readUnload(reader)
  if (!overwrites) await refuseOverwriting(s3, bucket, prefix)
  const sql = translate(query, await session.context())
  await session.run(`create or replace temp table redshift_unload as ${sql}`)
  try {
    const columns = await columnsOf(session)
    const files: { name: string; rows: number; bytes: number }[] = []
    for (let slice = 0; slice < SLICES; slice++) {
      const file = await writeSlice(session, slice, columns)
      if (!file) continue
      const name = `${prefix}${String(slice).padStart(4, '0')}_part_00.parquet`
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: file.body }))
      files.push({ name, rows: file.rows, bytes: file.body.length })
    }
    const sum = (of: (file: (typeof files)[number]) => number) =>
      files.reduce((total, file) => total + of(file), 0)
    const rows = sum(({ rows }) => rows)
    const manifest = {
      entries: files.map(({ name, rows, bytes }) => ({
        url: `s3://${bucket}/${name}`,
        meta: { content_length: bytes, record_count: rows },
      })),
      schema: { elements: columns.map(({ name, type }) => ({ name, type: { base: type } })) },
      meta: { content_length: sum(({ bytes }) => bytes), record_count: rows },
      author: { name: 'Amazon Redshift', version: '1.0.0' },
    }
    const Body = JSON.stringify(manifest)
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}manifest`, Body }))
    return rows
  } finally {
    await session.run(`drop table if exists ${STAGE}`).catch(() => undefined)
  }
}

function readUnload(reader: Reader): UnloadOptions {
  reader.expect('(')
  const query = tokenize(reader.string())
  reader.expect(')', 'to')
  checkQuery(query)
  const to = reader.string()
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(to) ?? []
  if (bucket === undefined || prefix === undefined) throw unknownHere(`UNLOAD to '${to}'`)
  const said = new Set<string>()
  while (reader.next) {
    const word = reader.take()
    if (said.has(word.value)) throw new SqlError(`conflicting or redundant options: ${word.text}`)
    said.add(word.value)
    if (word.kind !== 'word') throw syntaxError(word.text)
    if (word.value === 'iam_role') readRole(reader)
    else if (word.value === 'kms_key_id') reader.string()
    else if (word.value === 'format') {
      reader.accept('as')
      if (!reader.accept('parquet')) throw unknownHere(`UNLOAD's format ${reader.next?.text}`)
    } else if (word.value === 'manifest') {
      if (!reader.accept('verbose')) throw unknownHere('a MANIFEST of UNLOAD without VERBOSE')
    } else if (!['allowoverwrite', 'encrypted'].includes(word.value)) {
      throw unknownHere(`UNLOAD's ${word.text.toUpperCase()}`)
    }
  }
  if (!said.has('iam_role')) throw new SqlError('UNLOAD needs authorization: IAM_ROLE or an ARN')
  if (!said.has('format')) throw unknownHere('UNLOAD to anything but Parquet: say FORMAT PARQUET')
  if (!said.has('manifest')) throw unknownHere('UNLOAD without MANIFEST VERBOSE')
  if (said.has('kms_key_id') !== said.has('encrypted')) {
    throw new SqlError('UNLOAD to Parquet: KMS_KEY_ID and ENCRYPTED go together')
  }
  return { query, bucket, prefix, overwrites: said.has('allowoverwrite') }
}

function checkQuery(query: readonly Token[]): void {
  if (!['select', 'with'].includes(query[0]?.value ?? '')) throw syntaxError(query[0]?.text)
  let depth = 0
  for (const { kind, value } of query) {
    if (kind === 'symbol' && value === '(') depth++
    if (kind === 'symbol' && value === ')') depth--
    if (kind === 'word' && value === 'limit' && depth === 0) {
      throw new SqlError('Limit clause is not supported in the outer SELECT of UNLOAD')
    }
    if (kind === 'parameter') throw new SqlError('UNLOAD takes no parameters in its query')
  }
}

interface Column {
  readonly name: string
  readonly type: string
}

async function columnsOf(session: Session): Promise<Column[]> {
  const rows = await session.rows(`describe ${STAGE}`)
  return rows.map(({ column_name, column_type }) => {
    const [name, type] = [String(column_name), String(column_type)]
    const own = NOT_IN_PARQUET[type]
    if (own) throw new SqlError(`UNLOAD to Parquet does not take ${name}, which is ${own}`)
    return { name, type: type.toLowerCase() }
  })
}

/** Every other row, or whatever the slices are; undefined where it has none. */
async function writeSlice(session: Session, slice: number, columns: readonly Column[]) {
  // The zone of a time is not unloaded: what is left is the time in UTC.
  const values = columns.map(({ name, type }) => {
    const own = quoteName(name)
    return type === 'timestamp with time zone' ? `timezone('UTC', ${own}) as ${own}` : own
  })
  const file = join(tmpdir(), `usher-unload-${randomUUID()}.parquet`)
  const query = `select ${values.join(', ')} from ${STAGE} where rowid % ${SLICES} = ${slice}`
  try {
    const { rowsChanged: rows } = await session.run(
      `copy (${query}) to ${quoteText(file)} (format parquet)`,
    )
    return rows > 0 ? { rows, body: await readFile(file) } : undefined
  } finally {
    await rm(file, { force: true })
  }
}

async function refuseOverwriting(s3: S3Client, Bucket: string, Prefix: string): Promise<void> {
  const { KeyCount = 0 } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 1 }))
  if (KeyCount === 0) return
  throw new SqlError(
    'Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option.',
  )
}
