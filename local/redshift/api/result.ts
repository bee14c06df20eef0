import { type DuckDBMaterializedResult, type DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import { unknownHere } from '../error.ts'

type Field = Record<string, unknown>

const WHOLE = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.UINTEGER,
])

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [DuckDBTypeId.SMALLINT]: 'int2',
  [DuckDBTypeId.INTEGER]: 'int4',
  [DuckDBTypeId.BIGINT]: 'int8',
  [DuckDBTypeId.HUGEINT]: 'int8',
  [DuckDBTypeId.DECIMAL]: 'numeric',
  [DuckDBTypeId.FLOAT]: 'float4',
  [DuckDBTypeId.DOUBLE]: 'float8',
  [DuckDBTypeId.BOOLEAN]: 'bool',
  [DuckDBTypeId.DATE]: 'date',
  [DuckDBTypeId.TIME]: 'time',
  [DuckDBTypeId.TIMESTAMP]: 'timestamp',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'timestamptz',
  [DuckDBTypeId.BLOB]: 'varbyte',
}

const LARGEST_LONG = 2n ** 63n

/** The rows of a query, kept until they are asked for. */
export interface Rows {
  readonly names: readonly string[]
  readonly types: readonly DuckDBType[]
  readonly rows: readonly (readonly unknown[])[]
}

/** DuckDB gives the rows of a result once. */
export const readRows = async (result: DuckDBMaterializedResult): Promise<Rows> => ({
  names: result.columnNames().map((name) => name.toLowerCase()),
  types: result.columnTypes(),
  rows: await result.getRows(),
})

/** What GetStatementResult answers of a query's rows. */
export function resultPage({ names, types, rows }: Rows, from: number, size: number) {
  const page = rows.slice(from, from + size)
  return {
    ColumnMetadata: names.map((name, i) => {
      const type = types[i]
      const typeName =
        type?.alias === 'JSON' ? 'super' : (TYPE_NAMES[type?.typeId ?? 0] ?? 'varchar')
      return { name, label: name, typeName, nullable: 1 }
    }),
    Records: page.map((row) => row.map((value, i) => fieldOf(value, types[i]?.typeId))),
    next: from + size < rows.length ? from + size : undefined,
  }
}

function fieldOf(value: unknown, type: DuckDBTypeId | undefined): Field {
  if (value === null || value === undefined) return { isNull: true }
  if (typeof value === 'boolean') return { booleanValue: value }
  if (type !== undefined && WHOLE.has(type)) return longField(BigInt(value as bigint))
  if (typeof value === 'number') {
    return Number.isFinite(value) ? { doubleValue: value } : { stringValue: String(value) }
  }
  if (type === DuckDBTypeId.BLOB) {
    return { stringValue: Buffer.from((value as { bytes: Uint8Array }).bytes).toString('hex') }
  }
  if (type === DuckDBTypeId.LIST || type === DuckDBTypeId.STRUCT) {
    throw unknownHere('a result of arrays or structures')
  }
  return { stringValue: String(value) }
}

/** All digits of a whole number: JSON holds them, whatever becomes of them in the client. */
function longField(value: bigint): Field {
  if (value >= LARGEST_LONG || value < -LARGEST_LONG) return { stringValue: String(value) }
  return { longValue: (JSON as unknown as Raw).rawJSON(String(value)) }
}

interface Raw {
  rawJSON(text: string): unknown
}
