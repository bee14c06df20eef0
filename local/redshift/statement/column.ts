import { SqlError, syntaxError, unknownHere } from '../error.ts'
import type { Reader } from '../sql/reader.ts'
import { quoteName, type Token } from '../sql/token.ts'
import { translate } from '../sql/translate.ts'
import { nativeType, readType, type SqlType } from '../sql/type.ts'
import type { Column } from '../warehouse/catalog.ts'

/** The keys of a table, while its declaration is being read. */
export interface Keys {
  primaryKey: string[]
  sortKey: string[]
  distStyle?: string
  distKey?: string
}

const ANY = new Set(['raw', 'zstd', 'lzo'])
const NUMBERS = 'smallint integer bigint numeric date'.split(' ')
const MOMENTS = [
  'timestamp without time zone',
  'timestamp with time zone',
  'time without time zone',
]

/** Encodings that fit some types only. */
const ENCODINGS: Readonly<Record<string, readonly string[]>> = {
  az64: [...NUMBERS, ...MOMENTS],
  bytedict: [...NUMBERS, ...MOMENTS, 'real', 'double precision', 'character', 'character varying'],
  delta: [...NUMBERS, ...MOMENTS],
  delta32k: [...NUMBERS, ...MOMENTS],
  mostly8: ['smallint', 'integer', 'bigint', 'numeric'],
  mostly16: ['integer', 'bigint', 'numeric'],
  mostly32: ['bigint', 'numeric'],
  runlength: [
    ...NUMBERS,
    ...MOMENTS,
    'real',
    'double precision',
    'boolean',
    'character',
    'character varying',
  ],
  text255: ['character varying'],
  text32k: ['character varying'],
}

/** Reads `"c" varchar(5) encode zstd default 'x' not null`; key words of a column go to `keys`. */
export function readColumn(reader: Reader, keys: Keys): Column {
  const name = reader.name()
  const type = readType(reader)
  let column: Column = { name, type, nullable: true }
  for (;;) {
    if (reader.accept('encode')) column = { ...column, encoding: readEncoding(reader, type) }
    else if (reader.accept('default')) column = { ...column, default: readDefault(reader) }
    else if (reader.accept('not', 'null')) column = { ...column, nullable: false }
    else if (reader.accept('null')) column = { ...column, nullable: true }
    else if (reader.accept('primary', 'key')) keys.primaryKey = [name]
    else if (reader.accept('distkey')) keys.distKey = name
    else if (reader.accept('sortkey')) keys.sortKey = [name]
    else if (!reader.next || [',', ')'].includes(reader.next.value)) return column
    else if (
      ['identity', 'generated', 'references', 'unique', 'collate'].includes(reader.next.value)
    ) {
      throw unknownHere(reader.next.text.toUpperCase())
    } else throw syntaxError(reader.next.text)
  }
}

function readEncoding(reader: Reader, type: SqlType): string {
  const encoding = reader.name()
  if (encoding !== 'auto' && !ANY.has(encoding)) {
    const types = ENCODINGS[encoding]
    if (!types) throw new SqlError(`unknown encoding type "${encoding}"`)
    if (!types.includes(type.name)) {
      throw new SqlError(`encoding type "${encoding}" is not supported for ${type.name}`)
    }
  }
  return encoding
}

const NO_COLUMNS = { superColumns: new Set<string>(), lastCopyCount: 0, lastCopyId: 0 }

function readDefault(reader: Reader): string {
  const tokens: Token[] = []
  if (reader.next?.value === '-' || reader.next?.value === '+') tokens.push(reader.take())
  tokens.push(reader.take())
  if (reader.next?.value === '(') tokens.push(reader.take(), ...reader.group(), CLOSE)
  return translate(tokens, NO_COLUMNS)
}

const CLOSE: Token = { kind: 'symbol', value: ')', text: ')', start: 0 }

/** A column in DuckDB's DDL. */
export const columnText = ({ name, type, nullable, default: fallback }: Column): string =>
  [
    `${quoteName(name)} ${nativeType(type)}`,
    fallback === undefined ? '' : `default ${fallback}`,
    nullable ? '' : 'not null',
  ]
    .filter(Boolean)
    .join(' ')
