import { createZstdDecompress } from 'node:zlib'
import { Failure } from '../error.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { show } from '../manifest/csv.ts'
import type { Extract } from '../manifest/manifest.ts'
import type { Definition } from '../table/definition.ts'
import type { Statement } from '../table/sql.ts'
import type { StatementError, Warehouse } from './client.ts'
import { columnList, literal, stageName } from './ddl.ts'

/** The COPY of an extract into the stage of its table; COPY takes no parameters. */
export function copyStatement(
  table: Definition,
  extract: Extract,
  manifestUrl: string,
  role: string,
): Statement {
  const text = `copy ${stageName(table)} (${columnList(table)})
from ${literal(manifestUrl)}
iam_role ${literal(role)}
manifest format csv null as ${literal(extract.marker)} ${extract.codec}
dateformat 'auto' timeformat 'auto' compupdate off statupdate off`
  return { text, parameters: {} }
}

/** What Redshift wrote down of a COPY that failed, as one sentence: file, line, column, value, reason. */
export async function explainCopy(
  warehouse: Warehouse,
  bucket: Bucket,
  table: Definition,
  error: StatementError,
): Promise<Failure> {
  const plain = new Failure('WarehouseRefused', `${table.id}: ${error.message}`, { cause: error })
  if (!error.queryId) return plain
  const [detail] = await warehouse.query({
    text: `select trim(file_name) as file_name, line_number, trim(column_name) as column_name,
  trim(column_type) as column_type, trim(error_message) as error_message
from sys_load_error_detail
where query_id = cast(:query as bigint)
order by start_time limit 1`,
    parameters: { query: error.queryId },
  })
  if (!detail) return plain
  const { file_name, line_number, column_name, column_type, error_message } = detail
  const value = await valueAt(bucket, table, detail).catch(() => undefined)
  const sentence = [
    `${table.id}${column_name ? `.${column_name}` : ''}:`,
    value === undefined ? '' : show(value),
    `${error_message} (${column_type ?? ''}), at line ${line_number} of ${file_name}`,
  ]
  return new Failure('WarehouseRefused', sentence.filter(Boolean).join(' '), { cause: error })
}

/** The value that COPY complained of, read from the file: Redshift keeps only its place. */
async function valueAt(
  bucket: Bucket,
  table: Definition,
  detail: Record<string, string | null>,
): Promise<string | undefined> {
  const key = detail.file_name?.replace(`s3://${bucket.name}/`, '') ?? ''
  const index = table.columns.findIndex(({ name }) => name === detail.column_name)
  const { parse } = await import('csv-parse')
  const file = await bucket.stream(key)
  const plain = file.compose(createZstdDecompress())
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
