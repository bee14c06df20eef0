import { SqlError, syntaxError, unknownHere } from '../error.ts'
import type { Reader, TableName } from '../sql/reader.ts'

/** A COPY, as far as the stand-in knows it: CSV or JSON from S3. */
export interface CopyOptions {
  readonly table: TableName
  readonly columns?: readonly string[]
  /** `s3://bucket/key` */
  readonly from: string
  manifest: boolean
  format?: 'csv' | 'json'
  /** JSON: 'auto', or the JSONPaths file that says where each column is. */
  jsonPaths: string
  delimiter: string
  quote: string
  /** The text that, outside quotes, is NULL. */
  marker: string
  codec?: 'zstd' | 'gzip'
  skipLines: number
  /** Whether dates and times may be in any of the layouts that 'auto' knows. */
  autoDate: boolean
  autoTime: boolean
}

type Option = (reader: Reader, options: CopyOptions) => void

const onOff: Option = (reader) => {
  if (!['on', 'off', 'true', 'false', 'preset'].includes(reader.next?.value ?? '')) return
  reader.take()
}

const character = (reader: Reader, name: string): string => {
  reader.accept('as')
  const text = reader.string()
  if (text.length !== 1) throw new SqlError(`COPY ${name} must be a single character`)
  return text
}

const refused: Option = (reader) => {
  throw unknownHere(`COPY's ${reader.tokens[reader.at - 1]?.text.toUpperCase()}`)
}

const auto = (reader: Reader, name: string, standard: string): boolean => {
  reader.accept('as')
  const format = reader.string()
  if (format === 'auto') return true
  if (format.toUpperCase() === standard) return false
  throw unknownHere(`COPY's ${name} '${format}'`)
}

const OPTIONS: Readonly<Record<string, Option>> = {
  manifest: (_, options) => {
    options.manifest = true
  },
  format: (reader, options) => {
    reader.accept('as')
    const format = reader.name()
    if (format === 'json') OPTIONS.json?.(reader, options)
    else if (format === 'csv') setFormat(options, 'csv')
    else throw unknownHere(`COPY's format ${format.toUpperCase()}`)
  },
  csv: (_, options) => setFormat(options, 'csv'),
  json: (reader, options) => {
    reader.accept('as')
    setFormat(options, 'json')
    if (reader.next?.kind === 'string') options.jsonPaths = reader.string()
    if (options.jsonPaths === 'auto' || /^s3:\/\/[^/]+\/.+/.test(options.jsonPaths)) return
    throw unknownHere(`COPY's JSON AS '${options.jsonPaths}'`)
  },
  quote: (reader, options) => {
    options.quote = character(reader, 'QUOTE')
  },
  delimiter: (reader, options) => {
    options.delimiter = character(reader, 'DELIMITER')
  },
  null: (reader, options) => {
    reader.accept('as')
    options.marker = reader.string()
    if (/[\r\n]/.test(options.marker)) throw new SqlError('NULL AS cannot be a line break')
  },
  zstd: (_, options) => setCodec(options, 'zstd'),
  gzip: (_, options) => setCodec(options, 'gzip'),
  dateformat: (reader, options) => {
    options.autoDate = auto(reader, 'DATEFORMAT', 'YYYY-MM-DD')
  },
  timeformat: (reader, options) => {
    options.autoTime = auto(reader, 'TIMEFORMAT', 'YYYY-MM-DD HH:MI:SS')
  },
  compupdate: onOff,
  statupdate: onOff,
  region: (reader) => {
    reader.accept('as')
    reader.string()
  },
  maxerror: (reader) => {
    reader.accept('as')
    if (reader.integer() !== 0) throw unknownHere('COPY with a MAXERROR other than 0')
  },
  ignoreheader: (reader, options) => {
    reader.accept('as')
    options.skipLines = reader.integer()
  },
  encoding: (reader) => {
    reader.accept('as')
    const encoding = reader.take()
    if (encoding.value.toLowerCase() !== 'utf8')
      throw unknownHere(`COPY's ENCODING ${encoding.text}`)
  },
}

const REFUSED =
  `bzip2 lzop acceptanydate acceptinvchars blanksasnull emptyasnull escape explicit_ids
  fillrecord ignoreblanklines ignoreallerrors noload removequotes roundec trimblanks truncatecolumns
  comprows readratio fixedwidth avro parquet orc shapefile encrypted ssh credentials
  access_key_id secret_access_key session_token master_symmetric_key`.split(/\s+/)

const NOT_WITH_JSON = ['quote', 'delimiter', 'null']

function setFormat(options: CopyOptions, format: 'csv' | 'json'): void {
  if (options.format) throw new SqlError('COPY takes one format only')
  options.format = format
}

function setCodec(options: CopyOptions, codec: 'zstd' | 'gzip'): void {
  if (options.codec) throw new SqlError('COPY takes one compression only')
  options.codec = codec
}

/** Reads a COPY. Throws a SqlError for what Redshift, or the stand-in, does not take. */
export function readCopy(reader: Reader): CopyOptions {
  const table = reader.table()
  const columns = reader.next?.value === '(' ? reader.names() : undefined
  reader.expect('from')
  const from = reader.string()
  if (!/^s3:\/\/[^/]+\/.+/.test(from)) throw unknownHere(`COPY from '${from}'`)
  const options: CopyOptions = {
    table,
    columns,
    from,
    manifest: false,
    jsonPaths: 'auto',
    delimiter: ',',
    quote: '"',
    marker: '\\N',
    skipLines: 0,
    autoDate: false,
    autoTime: false,
  }
  let authorized = false
  const words = new Set<string>()
  while (reader.next) {
    const word = reader.take()
    words.add(word.value)
    if (word.kind === 'word' && word.value === 'iam_role') {
      readRole(reader)
      authorized = true
    } else if (word.kind === 'word' && Object.hasOwn(OPTIONS, word.value)) {
      OPTIONS[word.value]?.(reader, options)
    } else if (word.kind === 'word' && REFUSED.includes(word.value)) refused(reader, options)
    else throw syntaxError(word.text)
  }
  if (!authorized) throw new SqlError('COPY needs authorization: IAM_ROLE default or an ARN')
  if (!options.format) throw unknownHere('COPY of anything but CSV and JSON: say FORMAT CSV')
  const other = options.format === 'json' && NOT_WITH_JSON.find((word) => words.has(word))
  if (other) throw new SqlError(`COPY: ${other.toUpperCase()} is not supported with JSON`)
  return options
}

/** The role or roles of an authorization. */
export function readRole(reader: Reader): void {
  if (reader.accept('default')) return
  const role = reader.string()
  const roles = role.split(',')
  if (roles.every((role) => /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(role))) return
  throw new SqlError(`Invalid IAM role ARN: '${role}'`)
}
