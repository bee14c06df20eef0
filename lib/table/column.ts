import { Failure } from '../error.ts'
import type { Sql } from './sql.ts'
import { type Type, type TypeName, types, type Values } from './type.ts'

/** What the compiler knows of a column besides its type. */
export type Flag = 'nullable' | 'default' | 'key' | 'computed'

/** Column encodings of Redshift; without one it chooses by itself. */
export type Encoding =
  | 'raw'
  | 'az64'
  | 'bytedict'
  | 'delta'
  | 'delta32k'
  | 'lzo'
  | 'mostly8'
  | 'mostly16'
  | 'mostly32'
  | 'runlength'
  | 'text255'
  | 'text32k'
  | 'zstd'

interface Facts {
  readonly type: Type
  readonly nullable?: boolean
  readonly key?: boolean
  readonly description?: string
  readonly encoding?: Encoding
  readonly fallback?: unknown
  readonly expression?: Sql
  readonly from?: string
  readonly truncated?: boolean
  readonly pinned?: boolean
}

/**
 * A column of a table: not null unless it says `.nullable()`. Each method gives a new column, so a
 * column can be shared. `T` is the Redshift type, `F` what the compiler must know besides.
 */
export class Column<T extends TypeName = TypeName, F extends Flag = never> {
  declare readonly is: { readonly [flag in F]: true }
  declare readonly holds: T
  readonly facts: Facts

  constructor(facts: Facts) {
    this.facts = facts
  }

  /** The column may be NULL. On another table's column in a `select`: it is left-joined. */
  nullable(): Column<T, F | 'nullable'> {
    return this.with({ nullable: true })
  }

  /** Part of the primary key: what `merge` matches by. Redshift itself does not enforce it. */
  primaryKey(): Column<T, F | 'key'> {
    return this.with({ key: true })
  }

  /** The value where a row gives none. */
  default(value: Values[T]): Column<T, F | 'default'> {
    return this.with({ fallback: value })
  }

  /** One sentence for the people who read the warehouse. */
  describe(description: string): Column<T, F> {
    return this.with({ description })
  }

  /** The compression of the column on Redshift's disks. */
  encode(encoding: Encoding): Column<T, F> {
    return this.with({ encoding })
  }

  /** Of a VARCHAR: longer text is cut, between two characters, and counted; else it fails the extract. */
  truncated(this: Column<'varchar', F>): Column<'varchar', F> {
    return this.with({ truncated: true })
  }

  /** In a mirror: the column's name at the source, where it is another. */
  from(name: string): Column<T, F> {
    return this.with({ from: name })
  }

  /** In a mirror: it is declared so on purpose, whatever the source has. No night warns of it. */
  pinned(): Column<T, F> {
    return this.with({ pinned: true })
  }

  /** In a `select`: the SQL that computes the column. */
  as(expression: Sql): Column<T, F | 'computed'> {
    return this.with({ expression })
  }

  private with<G extends Flag>(facts: Partial<Facts>): Column<T, G> {
    return new Column({ ...this.facts, ...facts })
  }
}

/** The columns of a table; the keys are their names in the warehouse. */
export type Columns = Readonly<Record<string, Column>>

type Flagged<C, F extends Flag> = C extends { readonly is: { readonly [flag in F]: true } }
  ? true
  : false

/** What a row holds in a column. */
export type ValueOf<C> =
  C extends Column<infer T, never>
    ? Flagged<C, 'nullable'> extends true
      ? Values[T] | null
      : Values[T]
    : never

/** A row of a table: a value for each column, but where there is a default. */
export type Row<C extends Columns> = {
  [K in keyof C as Flagged<C[K], 'default'> extends true ? never : K]: ValueOf<C[K]>
} & {
  [K in keyof C as Flagged<C[K], 'default'> extends true ? K : never]?: ValueOf<C[K]>
}

const make = <T extends TypeName>(type: Type): Column<T> => new Column<T>({ type })

export const smallint = (): Column<'smallint'> => make(types.smallint)
export const integer = (): Column<'integer'> => make(types.integer)
export const bigint = (): Column<'bigint'> => make(types.bigint)
export const real = (): Column<'real'> => make(types.real)
export const double = (): Column<'double'> => make(types.double)
export const boolean = (): Column<'boolean'> => make(types.boolean)
export const date = (): Column<'date'> => make(types.date)
export const time = (): Column<'time'> => make(types.time)
export const timestamp = (): Column<'timestamp'> => make(types.timestamp)
export const timestamptz = (): Column<'timestamptz'> => make(types.timestamptz)

/** SUPER, a JSON document. The underscore is there because `super` is a word of JavaScript. */
export const super_ = (): Column<'super'> => make(types.super)

/** DECIMAL with up to 38 digits, `scale` of them behind the point. */
export function decimal(precision: number, scale: number): Column<'decimal'> {
  within(`decimal(${precision}, ${scale})`, 'precision', precision, 1, 38)
  within(`decimal(${precision}, ${scale})`, 'scale', scale, 0, precision)
  return make(types.decimal(precision, scale))
}

/** CHAR of ASCII characters. */
export function char(bytes: number): Column<'char'> {
  within(`char(${bytes})`, 'length', bytes, 1, 4096)
  return make(types.char(bytes))
}

/** VARCHAR; its length counts bytes of UTF-8, not characters. */
export function varchar(bytes: number): Column<'varchar'> {
  within(`varchar(${bytes})`, 'length', bytes, 1, 65_535)
  return make(types.varchar(bytes))
}

/** VARBYTE, binary data. */
export function varbyte(bytes: number): Column<'varbyte'> {
  within(`varbyte(${bytes})`, 'length', bytes, 1, 16_777_216)
  return make(types.varbyte(bytes))
}

function within(what: string, part: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new Failure('BadDeclaration', `${what}: Redshift's ${part} is ${least} to ${most} here`)
}
