import type { Json } from './json.ts'
import { encodeDate, encodeTime, encodeTimestamp, encodeTimestamptz } from './moment.ts'
import { encodeBoolean, encodeDecimal, encodeFloat, encodeInteger } from './number.ts'
import { encodeBytes, encodeJson, encodeJsonText, encodeText } from './text.ts'

/** What a row holds in a column of each Redshift type. */
export interface Values {
  smallint: number
  integer: number
  /** A number up to 2^53, a bigint beyond. */
  bigint: number | bigint
  /** Text keeps every digit; a number is rounded to the column's scale. */
  decimal: string | number | bigint
  real: number
  double: number
  boolean: boolean
  char: string
  varchar: string
  /** `2026-11-23` */
  date: string
  /** `23:59:59.123456` */
  time: string
  /** `2026-11-23 23:59:59.123456`, a wall clock without a zone. */
  timestamp: string
  /** A Date, or text with a zone; text without one is UTC. */
  timestamptz: string | Date
  super: Json
  varbyte: Uint8Array
}

export type TypeName = keyof Values

/** A Redshift type with its lengths: its DDL, and how a value of it is written in CSV. */
export interface Type {
  readonly name: TypeName
  readonly ddl: string
  /** The text of a value; throws a plain Error that says what is wrong with it. */
  readonly encode: (value: unknown) => string
  /** The same for a value that a source gives as text, such as a MySQL column. */
  readonly encodeText: (text: string) => string
  /** Whether the text may hold anything, so that it must stand in quotes. */
  readonly quoted: boolean
  /** Of a type of whole numbers, how many bits they have. */
  readonly bits?: 16 | 32 | 64
  /** How many bytes of UTF-8 a VARCHAR holds. */
  readonly bytes?: number
}

const plain = (name: TypeName, ddl: string, encode: (value: unknown) => string): Type => ({
  name,
  ddl,
  encode,
  encodeText: encode,
  quoted: false,
})

const whole = (name: TypeName, bits: 16 | 32 | 64): Type => ({
  ...plain(name, name, encodeInteger(bits)),
  bits,
})

const text = (name: TypeName, ddl: string, encode: (value: unknown) => string): Type => ({
  ...plain(name, ddl, encode),
  quoted: true,
})

/** Every type a pipeline uses, one line each. */
export const types = {
  smallint: whole('smallint', 16),
  integer: whole('integer', 32),
  bigint: whole('bigint', 64),
  real: plain('real', 'real', encodeFloat(32)),
  double: plain('double', 'double precision', encodeFloat(64)),
  boolean: plain('boolean', 'boolean', encodeBoolean),
  date: plain('date', 'date', encodeDate),
  time: plain('time', 'time', encodeTime),
  timestamp: plain('timestamp', 'timestamp', encodeTimestamp),
  timestamptz: plain('timestamptz', 'timestamptz', encodeTimestamptz),
  super: { ...text('super', 'super', encodeJson), encodeText: encodeJsonText },
  decimal: (precision: number, scale: number): Type =>
    plain('decimal', `decimal(${precision},${scale})`, encodeDecimal(precision, scale)),
  char: (bytes: number): Type => text('char', `char(${bytes})`, encodeText(bytes, 'ascii')),
  varchar: (bytes: number): Type => ({
    ...text('varchar', `varchar(${bytes})`, encodeText(bytes, 'utf8')),
    bytes,
  }),
  varbyte: (bytes: number): Type => {
    const encode = encodeBytes(bytes)
    const encodeText = (text: string) => encode(Buffer.from(text))
    return { ...text('varbyte', `varbyte(${bytes})`, encode), encodeText }
  },
} as const
