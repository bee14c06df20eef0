import { Failure } from '../../../error.ts'
import type { Session } from '../session.ts'

/** A column as MySQL's information_schema describes it. */
export interface MysqlColumn {
  readonly name: string
  /** `bigint`, without length or sign. */
  readonly type: string
  /** `bigint(20) unsigned` */
  readonly fullType: string
  readonly nullable: boolean
  readonly key: boolean
  /** Whether no two rows have the same in it, by an index of its own, and none has NULL. */
  readonly unique: boolean
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
  const columns = await columnsOf(session, table)
  if (columns.length > 0) return columns
  const names = (await tablesOf(session)).join(', ')
  const where = `${session.source} (database ${session.database})`
  throw new Failure('SourceRefused', `${where} has no table ${table}; it has ${names}`)
}

/** The names of the tables that the user may see. */
export async function tablesOf(session: Session): Promise<string[]> {
  return (await session.rows(TABLES)).map(([name]) => name ?? '')
}

/** The live columns of a table; none where it is not there, or hidden from the user. */
export async function columnsOf(session: Session, table: string): Promise<MysqlColumn[]> {
  const rows = await session.rows(COLUMNS, [table])
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
      unique: key === 'UNI' && nullable !== 'YES',
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
