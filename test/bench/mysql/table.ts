import type { Connection } from 'mysql2/promise'
import {
  bigint,
  boolean,
  char,
  date,
  decimal,
  integer,
  mirror,
  mysql,
  smallint,
  timestamp,
  varchar,
} from '#lib'
import type { Column } from '../../../lib/table/column.ts'

/** The database, and the secret that says where it is. */
export const DATABASE = 'bench'

/**
 * One of `count` numbers from 0, the same in every run; a `salt` for each column. Multiplied, since
 * the last bits of a CRC depend on little of what it is of.
 */
const some = (salt: string, count: number): string =>
  `((CRC32(CONCAT(i, '${salt}')) * 2654435761 >> 20) % ${count})`
const oneOf = (salt: string, words: readonly string[]): string =>
  `ELT(1 + ${some(salt, words.length)}, ${words.map((word) => `'${word}'`).join(', ')})`
/** The value for so many of a hundred rows, NULL for the others. */
const often = (percent: number, salt: string, value: string): string =>
  `IF(${some(`${salt}?`, 100)} < ${percent}, ${value}, NULL)`

const FIRST = ['Ann', 'José', 'Mary Jane', 'Łukasz', 'Chloé', 'D’Arcy', 'Bob', 'Đặng', 'Søren']
const LAST = ['Smith', 'Núñez', 'O"Brien', 'van Dijk, Jr.', 'Müller', 'Kowalski', 'Lee', '山田']
const TITLES = [
  'Boston Red Sox at New York Yankees',
  'Simon & Garfunkel, "Live"',
  'Monster Jam, Saturday matinée',
  'Beyoncé: Renaissance World Tour',
  'Disney On Ice: Into the Magic',
]
const NOTES = [
  'call before delivery, please',
  'leave "at will call"\nunder the name on the card',
  'aisle seat, if there is one',
  '',
  'Grüße an Łucja\r\nund alle anderen',
]
const WORDS = ['section', 'upper', 'tier', 'behind', 'the', 'stage', 'row', 'with', 'a', 'view']

/** The ids count from the next one on. */
const BEFORE_FIRST = 7_000_000_000_000

/** The columns: as the warehouse has each, as MySQL has it, and its value in row `i`. */
const columns: readonly (readonly [name: string, column: Column, ddl: string, value: string])[] = [
  ['id', bigint().primaryKey(), 'bigint NOT NULL PRIMARY KEY', `${BEFORE_FIRST} + i`],
  ['user_id', integer(), 'int NOT NULL', some('user', 2_000_000)],
  ['listing_id', bigint(), 'bigint NOT NULL', `900000000 + ${some('listing', 60_000_000)}`],
  ['event_id', integer(), 'int NOT NULL', some('event', 30_000)],
  ['seller_id', integer().nullable(), 'int NULL', often(80, 'seller', some('seller', 500_000))],
  ['quantity', smallint(), 'smallint NOT NULL', `1 + ${some('quantity', 8)}`],
  ['is_gift', boolean(), 'tinyint(1) NOT NULL', `${some('gift', 10)} = 0`],
  ['price', decimal(10, 2), 'decimal(10,2) NOT NULL', `20 + ${some('price', 90_000)} / 100`],
  ['fee', decimal(12, 4), 'decimal(12,4) NOT NULL', `${some('fee', 900_000)} / 10000`],
  [
    'discount',
    decimal(10, 2).nullable(),
    'decimal(10,2) NULL',
    often(30, 'discount', `-${some('discount', 5000)} / 100`),
  ],
  [
    'currency',
    char(3),
    'char(3) CHARACTER SET ascii NOT NULL',
    oneOf('currency', ['USD', 'USD', 'USD', 'EUR', 'GBP', 'CAD']),
  ],
  [
    'status',
    varchar(16),
    'varchar(16) CHARACTER SET ascii NOT NULL',
    oneOf('status', ['placed', 'confirmed', 'confirmed', 'cancelled', 'refunded']),
  ],
  [
    'channel',
    varchar(40).nullable(),
    'varchar(40) CHARACTER SET ascii NULL',
    often(90, 'channel', oneOf('channel', ['web', 'ios', 'android', 'phone, "agent"'])),
  ],
  [
    'email',
    varchar(255),
    'varchar(255) CHARACTER SET ascii NOT NULL',
    `CONCAT(LEFT(MD5(${some('user', 2_000_000)}), 12), '@example.com')`,
  ],
  [
    'buyer',
    varchar(480),
    'varchar(120) NOT NULL',
    `CONCAT(${oneOf('first', FIRST)}, ' ', ${oneOf('last', LAST)})`,
  ],
  ['title', varchar(1020), 'varchar(255) NOT NULL', oneOf('title', TITLES)],
  ['note', varchar(2000).nullable(), 'varchar(500) NULL', often(25, 'note', oneOf('note', NOTES))],
  [
    'description',
    varchar(65_535),
    'text NOT NULL',
    `CONCAT_WS(' ', MD5(i), ${[1, 2].map((n) => oneOf(`word ${n}`, WORDS)).join(', ')}, SHA1(i), 'à voir')`,
  ],
  ['event_date', date(), 'date NOT NULL', `'2026-01-01' + INTERVAL ${some('date', 700)} DAY`],
  ['ordered_at', timestamp(), 'datetime NOT NULL', `'2024-01-01' + INTERVAL 60 * i SECOND`],
  [
    'updated_at',
    timestamp().nullable(),
    'datetime NULL',
    often(95, 'updated', `'2024-01-01' + INTERVAL 60 * i + ${some('updated', 900_000)} SECOND`),
  ],
]

export const COLUMNS = columns.length

/** The mirror of a table, or view, that has these columns. */
export const mirrorOf = (table: string) =>
  mirror(mysql('bench', { secret: DATABASE, primary: true }).table(table), {
    columns: Object.fromEntries(columns.map(([name, column]) => [name, column])),
  })

/** A checksum of a row in SQL: of the text of its values, with a byte between and one for NULL. */
export function checksumOf(separator: number, absent: number): string {
  const character = (code: number) => `CHAR(${code} USING utf8mb4)`
  const values = columns.map(([name, column]) => {
    const text = column.facts.type.name === 'boolean' ? `IF(${name}, 't', 'f')` : name
    return `IFNULL(${text}, ${character(absent)})`
  })
  return `CRC32(CONCAT_WS(${character(separator)}, ${values.join(', ')}))`
}

/** So many rows to a statement: a multiple of a thousand, a thousand times a thousand at most. */
const BATCH = 250_000

/** Makes `orders`, and writes so many rows of it: the server makes them itself, from their numbers. */
export async function fill(
  connection: Connection,
  rows: number,
  progress: (rows: number) => void,
): Promise<void> {
  const ddl = columns.map(([name, , type]) => `${name} ${type}`)
  const values = columns.map(([, , , value]) => value)
  const numbers = Array.from({ length: 1000 }, (_, n) => `(${n})`)
  for (const statement of [
    `CREATE DATABASE IF NOT EXISTS ${DATABASE}`,
    `USE ${DATABASE}`,
    'CREATE TABLE numbers (n int PRIMARY KEY)',
    `INSERT INTO numbers VALUES ${numbers.join(', ')}`,
    `CREATE TABLE orders (${ddl.join(', ')}) CHARACTER SET utf8mb4`,
  ]) {
    await connection.query(statement)
  }
  for (let first = 0; first < rows; first += BATCH) {
    const last = Math.min(first + BATCH, rows)
    await connection.query(
      `INSERT INTO orders SELECT ${values.join(', ')} FROM
         (SELECT ${first} + 1000 * a.n + b.n + 1 AS i FROM numbers a JOIN numbers b
          WHERE a.n < ${BATCH / 1000}) made
       WHERE i <= ${last} ORDER BY i`,
    )
    progress(last)
  }
}

/** Makes `half`, a view of the first half of `orders`. */
export async function createHalf(connection: Connection, rows: number): Promise<void> {
  const last = BEFORE_FIRST + Math.floor(rows / 2)
  await connection.query(`CREATE VIEW half AS SELECT * FROM orders WHERE id <= ${last}`)
}
