import { SqlError } from '../error.ts'
import type { Reader } from './reader.ts'

/** A Redshift type, by the name that SVV_COLUMNS gives it. */
export interface SqlType {
  readonly name: TypeName
  /** Bytes of a character or varbyte type. */
  readonly length?: number
  readonly precision?: number
  readonly scale?: number
}

export type TypeName = keyof typeof NATIVE

/** What DuckDB stores a type as. */
const NATIVE = {
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  numeric: 'DECIMAL',
  real: 'FLOAT',
  'double precision': 'DOUBLE',
  boolean: 'BOOLEAN',
  character: 'VARCHAR',
  'character varying': 'VARCHAR',
  date: 'DATE',
  'time without time zone': 'TIME',
  'timestamp without time zone': 'TIMESTAMP',
  'timestamp with time zone': 'TIMESTAMPTZ',
  super: 'JSON',
  'binary varying': 'BLOB',
} as const

const NAMES: Readonly<Record<string, TypeName>> = {
  smallint: 'smallint',
  int2: 'smallint',
  integer: 'integer',
  int: 'integer',
  int4: 'integer',
  bigint: 'bigint',
  int8: 'bigint',
  decimal: 'numeric',
  numeric: 'numeric',
  real: 'real',
  float4: 'real',
  float: 'double precision',
  float8: 'double precision',
  boolean: 'boolean',
  bool: 'boolean',
  char: 'character',
  character: 'character',
  nchar: 'character',
  bpchar: 'character',
  varchar: 'character varying',
  nvarchar: 'character varying',
  text: 'character varying',
  date: 'date',
  time: 'time without time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  super: 'super',
  varbyte: 'binary varying',
  varbinary: 'binary varying',
}

const LONGEST: Readonly<Partial<Record<TypeName, [byDefault: number, most: number]>>> = {
  character: [1, 4096],
  'character varying': [256, 65_535],
  'binary varying': [64_000, 16_777_216],
}

/** Reads a type, with its lengths. Throws a SqlError for one that Redshift does not have. */
export function readType(reader: Reader): SqlType {
  const word = reader.take()
  if (word.kind === 'word' && word.value === 'double') {
    reader.expect('precision')
    return { name: 'double precision' }
  }
  let name = word.kind === 'word' ? NAMES[word.value] : undefined
  if (!name) throw new SqlError(`type "${word.value}" does not exist`)
  if (name === 'character' && reader.accept('varying')) name = 'character varying'
  if (name === 'numeric') return readNumeric(reader)
  if (name.startsWith('time')) return { name: readZone(reader, name) }
  const limits = LONGEST[name]
  if (!limits) return { name }
  if (word.value === 'bpchar') return { name, length: 256 }
  return { name, length: readLength(reader, name, ...limits) }
}

function readLength(reader: Reader, name: TypeName, byDefault: number, most: number): number {
  if (!reader.accept('(')) return byDefault
  const length = reader.accept('max') ? most : reader.integer()
  reader.expect(')')
  if (length < 1) throw new SqlError(`length for type ${name} must be at least 1`)
  if (length > most) throw new SqlError(`length for type ${name} cannot exceed ${most}`)
  return length
}

function readNumeric(reader: Reader): SqlType {
  if (!reader.accept('(')) return { name: 'numeric', precision: 18, scale: 0 }
  const precision = reader.integer()
  const scale = reader.accept(',') ? reader.integer() : 0
  reader.expect(')')
  if (precision < 1 || precision > 38) {
    throw new SqlError(`NUMERIC precision ${precision} must be between 1 and 38`)
  }
  if (scale > Math.min(precision, 37)) {
    const range = `between 0 and ${Math.min(precision, 37)}`
    throw new SqlError(`NUMERIC scale ${scale} must be ${range}`)
  }
  return { name: 'numeric', precision, scale }
}

function readZone(reader: Reader, name: TypeName): TypeName {
  if (reader.accept('without', 'time', 'zone')) return name
  if (!reader.accept('with', 'time', 'zone')) return name
  if (name === 'time without time zone') throw new SqlError('the local stand-in has no TIMETZ')
  return 'timestamp with time zone'
}

/** The DuckDB type that holds it. */
export const nativeType = ({ name, precision, scale }: SqlType): string =>
  name === 'numeric' ? `DECIMAL(${precision},${scale})` : NATIVE[name]

/** As Redshift writes it in a message: `character varying(5)`. */
export function typeText({ name, length, precision, scale }: SqlType): string {
  if (name === 'numeric') return `numeric(${precision},${scale})`
  return length === undefined ? name : `${name}(${length})`
}
