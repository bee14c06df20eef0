import { Failure } from '../../error.ts'
import type { Session } from './session.ts'

/** A column as MySQL's information_schema describes it. */
export interface MysqlColumn {
  readonly name: string
  /** `bigint`, without length or sign. */
  readonly type: string
  /** `bigint(20) unsigned` */
  readonly fullType: string
  readonly nullable: boolean
  readonly key: boolean
  readonly comment: string
  /** The most characters, and the most bytes in its own character set. */
  readonly characters: number
  readonly bytes: number
  /** Its character set: `utf8mb4`. */
  readonly charset: string
  readonly precision: number
  readonly scale: number
  /** MariaDB keeps JSON as text, with a check that it is JSON. */
  readonly json: boolean
}

const COLUMNS = `SELECT c.column_name, c.data_type, c.column_type, c.is_nullable, c.column_key,
  c.column_comment, c.character_maximum_length, c.character_octet_length,
  c.character_set_name,
  c.numeric_precision, c.numeric_scale
FROM information_schema.columns c
WHERE c.table_schema = DATABASE() AND c.table_name = ?
ORDER BY c.ordinal_position`

/** MariaDB's; MySQL, which has a JSON type, keeps no table's name beside a check. */
const CHECKS = `SELECT check_clause FROM information_schema.check_constraints
WHERE constraint_schema = DATABASE() AND table_name = ?`

const TABLES = `SELECT table_name FROM information_schema.tables
WHERE table_schema = DATABASE() ORDER BY table_name`

/** The live columns of a table. Throws a SourceRefused that lists the tables there are. */
export async function describeTable(session: Session, table: string): Promise<MysqlColumn[]> {
  const rows = await session.rows(COLUMNS, [table])
  if (rows.length === 0) {
    const names = (await session.rows(TABLES)).map(([name]) => name).join(', ')
    const where = `${session.source} (database ${session.database})`
    throw new Failure('SourceRefused', `${where} has no table ${table}; it has ${names}`)
  }
  const checks = session.isMariaDb ? await session.rows(CHECKS, [table]) : []
  return rows.map(
    ([
      name,
      type,
      fullType,
      nullable,
      key,
      comment,
      characters,
      bytes,
      charset,
      precision,
      scale,
    ]) => ({
      name: name ?? '',
      type: type ?? '',
      fullType: fullType ?? '',
      nullable: nullable === 'YES',
      key: key === 'PRI',
      comment: comment ?? '',
      characters: Number(characters ?? 0),
      bytes: Number(bytes ?? 0),
      charset: charset ?? '',
      precision: Number(precision ?? 0),
      scale: Number(scale ?? 0),
      json: checks.some(
        ([clause]) => clause?.toLowerCase() === `json_valid(\`${name?.toLowerCase()}\`)`,
      ),
    }),
  )
}

/** What a MySQL column is in the warehouse, and what a person should know of that. */
interface Mapped {
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
  binary: bytes,
  varbinary: bytes,
  tinyblob: bytes,
  blob: bytes,
  mediumblob: bytes,
  longblob: bytes,
}

/** VARCHAR counts bytes of UTF-8. A character of an older set, such as the euro, may need three. */
function text({ characters, bytes, charset, json }: MysqlColumn): Mapped {
  if (json) return { column: 'super_()' }
  const most = /^(ascii|utf8(mb[34])?)$/.test(charset) ? bytes : characters * 3
  if (most <= VARCHAR) return { column: `varchar(${Math.max(most, 1)})` }
  return { column: `varchar(${VARCHAR})`, remark: 'MySQL allows more; longer text is refused' }
}

function bytes({ bytes }: MysqlColumn): Mapped {
  return { column: `varbyte(${Math.min(Math.max(bytes, 1), 16_777_216)})` }
}

function mapped(column: MysqlColumn): Mapped {
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

/** The file that mirrors a table: ready to be written to `warehouse/mysql/<table>.ts`. */
export function mirrorFile(source: string, table: string, columns: readonly MysqlColumn[]): string {
  const lines = columns.map((column) => {
    const { column: type, remark } = mapped(column)
    const key = nameFor(column.name)
    const words = [type]
    if (key !== column.name.toLowerCase()) words.push(`from(${quoted(column.name)})`)
    if (column.key) words.push('primaryKey()')
    if (column.nullable) words.push('nullable()')
    if (column.comment) words.push(`describe(${quoted(column.comment)})`)
    return `    ${key}: ${words.join('.')},${remark ? ` // ${remark}` : ''}`
  })
  const makers = new Set(columns.map((column) => mapped(column).column.replace(/\(.*/, '')))
  const imports = [...makers, 'mirror'].sort()
  const taken = new Set([...imports, source])
  const plain = nameFor(table)
  const name = taken.has(plain) || isReserved(plain) ? `${plain}_` : plain
  const [key, ...others] = columns.filter(({ key }) => key)
  const spread = key && others.length === 0 && !mapped(key).column.startsWith('varbyte')
  return [
    `import { ${imports.join(', ')} } from '#lib'`,
    `import { ${source} } from '../sources.ts'`,
    '',
    `export const ${name} = mirror(${source}.table(${quoted(table)}), {`,
    ...(name === table.toLowerCase() ? [] : [`  name: ${quoted(name)},`]),
    '  columns: {',
    ...lines,
    '  },',
    ...(spread ? [`  dist: ${quoted(nameFor(key.name))},`] : []),
    '})',
    '',
  ].join('\n')
}

/** The name that a table or column can have in the warehouse, and in the file. */
const nameFor = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_$]/g, '_')
    .replace(/^\d/, '_$&')

/** Whether JavaScript keeps a word for itself, so that nothing can be called so. */
function isReserved(word: string): boolean {
  try {
    new Function(`'use strict'; let ${word}`)
    return false
  } catch {
    return true
  }
}

const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll(/\r?\n/g, ' ')}'`
