import { Failure } from '../error.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { codecs } from '../manifest/codec.ts'
import { show } from '../manifest/csv.ts'
import { type Files, manifestKey, pathsKey } from '../manifest/manifest.ts'
import type { Definition } from '../table/definition.ts'
import type { FileFormat } from '../table/origin.ts'
import { identifier, type Statement } from '../table/sql.ts'
import type { StatementError } from './client.ts'
import { literal, stageName } from './ddl.ts'
import type { Work } from './load.ts'

/** The COPY of an extract into the stage of its table; COPY takes no parameters. */
export function copyStatement(
  table: Definition,
  { columns, format }: Files,
  /** Where the extract's files are: `s3://bucket/prefix`. */
  place: string,
  role: string,
): Statement {
  const text = `copy ${stageName(table)} (${columns.map(identifier).join(', ')})
from ${literal(manifestKey(place))}
iam_role ${literal(role)}
manifest ${formatOptions(format, place)}
dateformat 'auto' timeformat 'auto' compupdate off statupdate off`
  return { text, parameters: {} }
}

/** How COPY is told what the files hold. */
function formatOptions({ kind, codec, delimiter, header, marker }: FileFormat, place: string) {
  const words =
    kind === 'json'
      ? [`format json as ${literal(pathsKey(place))}`]
      : [
          'format csv',
          delimiter === undefined ? '' : `delimiter ${literal(delimiter)}`,
          header ? `ignoreheader ${header}` : '',
          `null as ${literal(marker ?? '')}`,
        ]
  return [...words, codec ?? ''].filter(Boolean).join(' ')
}

/** What Redshift wrote down of a COPY that failed, as one sentence: file, line, column, value, reason. */
export async function explainCopy(
  { warehouse, bucket, deadline }: Pick<Work, 'warehouse' | 'deadline'> & { bucket: Bucket },
  table: Definition,
  format: FileFormat,
  error: StatementError,
): Promise<Failure> {
  const plain = new Failure('WarehouseRefused', `${table.id}: ${error.message}`, { cause: error })
  if (!error.queryId) return plain
  const statement = {
    text: `select trim(file_name) as file_name, line_number, trim(column_name) as column_name,
  trim(column_type) as column_type, trim(error_message) as error_message
from sys_load_error_detail
where query_id = cast(:query as bigint)
order by start_time limit 1`,
    parameters: { query: error.queryId },
  }
  const [detail] = await warehouse.query(statement, deadline)
  if (!detail) return plain
  const { file_name, line_number, column_name, column_type, error_message } = detail
  const value = await valueAt(bucket, table, format, detail).catch(() => undefined)
  const sentence = [
    `${table.id}${column_name ? `.${column_name}` : ''}:`,
    value === undefined ? '' : show(value),
    `${error_message}${column_type ? ` (${column_type})` : ''}, at line ${line_number} of ${file_name}`,
  ]
  return new Failure('WarehouseRefused', sentence.filter(Boolean).join(' '), { cause: error })
}

/**
 * The value that COPY complained of, read from the file: Redshift keeps only its place. Files that
 * others wrote are COPY's alone to read.
 */
async function valueAt(
  bucket: Bucket,
  table: Definition,
  { codec }: FileFormat,
  detail: Record<string, string | null>,
): Promise<string | undefined> {
  const ours = `s3://${bucket.name}/`
  if (!detail.file_name?.startsWith(ours)) return undefined
  const index = table.columns.findIndex(({ name }) => name === detail.column_name)
  const { parse } = await import('csv-parse')
  const file = await bucket.stream(detail.file_name.slice(ours.length))
  const plain = codec ? file.compose(codecs[codec].decompressor()) : file
  try {
    const records = plain.compose(parse({ info: true, relax_column_count: true }))
    for await (const { record, info } of records) {
      if (info.lines >= Number(detail.line_number)) return record[index]
    }
    return undefined
  } finally {
    file.destroy()
  }
}
