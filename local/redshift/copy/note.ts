import { SYSTEM } from '../sql/macros.ts'
import type { TableName } from '../sql/reader.ts'
import { quoteText } from '../sql/token.ts'
import type { Column } from '../warehouse/catalog.ts'
import type { LoadFailure } from './failure.ts'

/** What SYS_LOAD_HISTORY keeps of a COPY. */
export interface LoadNote {
  readonly queryId: number
  readonly table: TableName
  readonly from: string
  readonly format: string
  readonly started: Date
  readonly rows: number
  readonly files: number
  readonly bytes: number
  readonly failed: boolean
}

const moment = (date: Date): string =>
  `timestamp '${date.toISOString().replace('T', ' ').replace('Z', '')}'`

export function historyRow(note: LoadNote): string {
  const ended = new Date()
  const duration = (ended.getTime() - note.started.getTime()) * 1000
  return `insert into ${SYSTEM}.sys_load_history values (100, ${note.queryId}, ${note.queryId}, 1,
    'warehouse', '${note.failed ? 'aborted' : 'completed'}', ${quoteText(note.table.name)},
    ${moment(note.started)}, ${moment(ended)}, ${duration}, ${quoteText(note.from)}, '${note.format}',
    ${note.rows}, ${note.bytes}, ${note.files}, ${note.bytes}, ${note.failed ? 1 : 0})`
}

/** A row of SYS_LOAD_ERROR_DETAIL. */
export function errorRow(
  queryId: number,
  started: Date,
  { file, line, reason }: LoadFailure,
  column: Column | undefined,
): string {
  const { length, precision, scale, name } = column?.type ?? {}
  const size = length ?? (precision === undefined ? '' : `${precision}, ${scale}`)
  const type = SHORT[name ?? ''] ?? name ?? ''
  return `insert into ${SYSTEM}.sys_load_error_detail values (100, ${queryId}, ${queryId}, 1,
    'warehouse', 0, ${moment(started)}, ${quoteText(file)}, ${line}, ${quoteText(column?.name ?? '')},
    '${type}', '${size}', 0, ${reason.code}, ${quoteText(reason.message)})`
}

/** Its column for the type is ten characters wide. */
const SHORT: Readonly<Record<string, string>> = {
  'character varying': 'varchar',
  character: 'char',
  integer: 'int4',
  bigint: 'int8',
  smallint: 'int2',
  boolean: 'bool',
  real: 'float4',
  'double precision': 'float8',
  'time without time zone': 'time',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'binary varying': 'varbyte',
}
