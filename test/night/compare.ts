import { DuckDBInstance } from '@duckdb/node-api'
import { createConnection } from 'mariadb'

/** A difference between what MySQL holds and what the warehouse does. */
export interface Difference {
  readonly row: number
  readonly column: string
  readonly mysql: string | null | undefined
  readonly warehouse: string | null | undefined
}

/**
 * Compares every value of every row of a mirrored table, read from MySQL by a client that has no code
 * in common with the extract, and from the warehouse's own file. Gives the rows and the differences.
 */
export async function compare(
  url: string,
  file: string,
  table: string,
): Promise<{ rows: number; values: number; differences: Difference[] }> {
  const warehouse = await readWarehouse(file, table)
  const { columns, key } = warehouse
  const mysql = await readMysql(url, table, columns, key)
  const differences: Difference[] = []
  for (let row = 0; row < Math.max(mysql.length, warehouse.rows.length); row++) {
    columns.forEach(({ name, type }, i) => {
      const [theirs, ours] = [mysql[row]?.[i], warehouse.rows[row]?.[i]]
      const text = theirs === undefined ? undefined : textOf(theirs, type)
      if (!same(text, ours, type))
        differences.push({ row, column: name, mysql: text, warehouse: ours })
    })
  }
  return { rows: mysql.length, values: mysql.length * columns.length, differences }
}

interface Column {
  readonly name: string
  readonly type: string
}

async function readWarehouse(file: string, table: string) {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  try {
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
    await connection.run("set TimeZone = 'UTC'")
    const columns = (await rows(`select column_name, data_type from information_schema.columns
      where table_schema = 'public' and table_name = '${table}' order by ordinal_position`)) as [
      string,
      string,
    ][]
    const named = columns.map(([name, type]): Column => ({ name, type }))
    const key =
      table === 'user_attributes'
        ? ['user_id', 'name']
        : table === 'event_performers'
          ? ['event_id', 'performer_id']
          : [named[0]?.name ?? '']
    // DuckDB's client drops a byte order mark that a text begins with; its hexadecimal does not.
    const text = named.map(({ name, type }) =>
      type === 'BLOB' || type === 'VARCHAR' ? `hex("${name}")` : `cast("${name}" as varchar)`,
    )
    const order = key.map((name) => `"${name}"`).join(', ')
    const found = await rows(`select ${text.join(', ')} from public."${table}" order by ${order}`)
    return { columns: named, key, rows: found as (string | null)[][] }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function readMysql(
  url: string,
  table: string,
  columns: readonly Column[],
  key: readonly string[],
): Promise<unknown[][]> {
  const { hostname, port, username, password, pathname } = new URL(url)
  const connection = await createConnection({
    ...{
      host: hostname,
      port: Number(port),
      user: username,
      password: decodeURIComponent(password),
    },
    ...{
      database: pathname.slice(1),
      dateStrings: true,
      bitOneIsBoolean: false,
      rowsAsArray: true,
    },
    ...{ bigIntAsNumber: false, decimalAsNumber: false, autoJsonMap: false, jsonStrings: true },
    initSql: "SET time_zone = '+00:00'",
  })
  try {
    // MySQL writes a FLOAT with six digits, unless it is made a double.
    const names = columns
      .map(({ name, type }) => `\`${name}\`${type === 'FLOAT' ? ' + 0e0' : ''}`)
      .join(', ')
    // By bytes, as the warehouse orders text.
    const order = key.map((name) => (name === 'name' ? 'CAST(`name` AS BINARY)' : `\`${name}\``))
    return await connection.query(`SELECT ${names} FROM \`${table}\` ORDER BY ${order.join(', ')}`)
  } finally {
    await connection.end()
  }
}

/** A value of MySQL as the warehouse would write it. */
function textOf(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null
  if (Buffer.isBuffer(value) && type === 'BOOLEAN') return String(value[0] === 1)
  if (Buffer.isBuffer(value)) return value.toString('hex').toUpperCase()
  if (type === 'VARCHAR') return Buffer.from(String(value)).toString('hex').toUpperCase()
  if (type === 'BOOLEAN') return String(Number(value) === 1)
  return String(value)
}

function same(
  mysql: string | null | undefined,
  ours: string | null | undefined,
  type: string,
): boolean {
  if (typeof mysql !== 'string' || typeof ours !== 'string') return mysql === ours
  if (type === 'DOUBLE') return Number(mysql) === Number(ours)
  if (type === 'FLOAT') return Math.fround(Number(mysql)) === Math.fround(Number(ours))
  if (type.startsWith('TIME')) return withoutZeros(mysql) === withoutZeros(ours)
  return mysql === ours
}

/** `10:00:00.500000+00` and `10:00:00.5` are one time. */
function withoutZeros(time: string): string {
  const [whole, fraction = ''] = time.replace(/\+00$/, '').split('.')
  return `${whole}.${fraction.padEnd(6, '0')}`
}
