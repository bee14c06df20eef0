import type { MysqlColumn } from './describe.ts'

/** What a MySQL column is in the warehouse, and what a person should know of that. */
export interface Mapped {
  readonly column: string
  readonly remark?: string
}

const VARCHAR = 65_535

const integers: Readonly<Record<string, readonly [signed: string, unsigned: string]>> = {
  tinyint: ['smallint()', 'smallint()'],
  smallint: ['smallint()', 'integer()'],
  mediumint: ['integer()', 'integer()'],
  int: ['integer()', 'bigint()'],
  bigint: ['bigint()', 'decimal(20, 0)'],
}

const others: Readonly<Record<string, (column: MysqlColumn) => Mapped>> = {
  decimal: ({ precision, scale }) =>
    precision <= 38
      ? { column: `decimal(${precision}, ${scale})` }
      : { column: `varchar(${precision + 2})`, remark: 'more digits than DECIMAL holds' },
  float: () => ({ column: 'real()' }),
  double: () => ({ column: 'double()' }),
  bit: ({ precision }) => ({ column: precision > 1 ? 'decimal(20, 0)' : 'boolean()' }),
  year: () => ({ column: 'smallint()' }),
  date: () => ({ column: 'date()' }),
  datetime: () => ({ column: 'timestamp()' }),
  timestamp: () => ({ column: 'timestamptz()' }),
  time: () => ({
    column: 'varchar(17)',
    remark: 'time() if it never leaves the 24 hours of a day',
  }),
  json: () => ({ column: 'super_()' }),
  char: text,
  varchar: text,
  enum: text,
  set: text,
  tinytext: text,
  text,
  mediumtext: text,
  longtext: text,
  uuid: () => ({ column: 'varchar(36)' }),
  inet4: () => ({ column: 'varchar(15)' }),
  inet6: () => ({ column: 'varchar(39)' }),
  binary: bytes,
  varbinary: bytes,
  tinyblob: bytes,
  blob: bytes,
  mediumblob: bytes,
  longblob: bytes,
}

/** How many bytes a text column may hold as UTF-8. One of an older set may need three: the euro. */
export const bytesOf = ({ characters, bytes, charset }: MysqlColumn): number =>
  /^(ascii|utf8(mb[34])?|utf16(le)?|utf32|gb18030)$/.test(charset) ? bytes : characters * 3

/** VARCHAR counts bytes of UTF-8. */
function text(column: MysqlColumn): Mapped {
  if (column.json) return { column: 'super_()' }
  const most = bytesOf(column)
  if (most <= VARCHAR) return { column: `varchar(${Math.max(most, 1)})` }
  return { column: `varchar(${VARCHAR})`, remark: 'MySQL allows more; longer text is refused' }
}

function bytes({ bytes }: MysqlColumn): Mapped {
  return { column: `varbyte(${Math.min(Math.max(bytes, 1), 16_777_216)})` }
}

/** What `usher mirror` declares a column as. */
export function mapped(column: MysqlColumn): Mapped {
  const integer = integers[column.type]
  if (integer) {
    const name = integer[column.fullType.includes('unsigned') ? 1 : 0]
    const flag = column.fullType.startsWith('tinyint(1)')
    return { column: name, remark: flag ? 'boolean() if it holds only 0 and 1' : undefined }
  }
  const other = others[column.type]
  if (other) return other(column)
  return { column: 'varbyte(65535)', remark: `${column.fullType}, as MySQL stores it` }
}
