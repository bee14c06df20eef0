import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Connection, createConnection } from 'mysql2/promise'
import * as lib from '#lib'
import { csvLines } from '../../lib/manifest/csv.ts'
import { describeTable } from '../../lib/source/mysql/schema/describe.ts'
import type { Without } from '../../lib/source/mysql/schema/drift.ts'
import { mirrorFile } from '../../lib/source/mysql/schema/file.ts'
import { fitOf } from '../../lib/source/mysql/schema/fit.ts'
import { type Login, open } from '../../lib/source/mysql/session.ts'
import type { Columns } from '../../lib/table/column.ts'
import { type Definition, definition } from '../../lib/table/definition.ts'
import type { Cells, Reading } from '../../lib/table/origin.ts'
import { findServer, type Server, startServer } from '../../local/mysql/server.ts'
import { type Secrets, secretOf, startSecrets } from '../../local/services/secrets.ts'
import { KINDS } from './mysql-kinds.ts'

const { decimal, integer, timestamp, varchar } = lib

const installed = findServer()
if (!installed) console.warn('No MariaDB or MySQL server is installed: drift is not tested')
const suite = installed ? describe : describe.skip

/** A table of two rows, which each test alters. */
const TABLE = `CREATE OR REPLACE TABLE orders (
  id int PRIMARY KEY,
  title varchar(10) NOT NULL,
  total decimal(10,2) NOT NULL,
  ordered_at datetime NOT NULL,
  note varchar(20) NULL
) CHARACTER SET utf8mb4`
const ROWS = `INSERT INTO orders VALUES
  (1, 'first', 1.50, '2026-11-23 10:00:00', 'a'), (2, 'second', 2.50, '2026-11-23 11:00:00', NULL)`

/** The same, as it is mirrored. */
const columns = {
  id: integer().primaryKey(),
  title: varchar(40),
  total: decimal(10, 2),
  ordered_at: timestamp(),
  note: varchar(80).nullable(),
}
const LINES = `1,"first",1.50,2026-11-23 10:00:00,"a"
2,"second",2.50,2026-11-23 11:00:00,NULL_x
`

/** How a table is mirrored. */
interface How {
  readonly table?: string
  readonly without?: Without
  readonly secret?: string
}

suite('a MySQL table that has changed', () => {
  let directory: string
  let server: Server
  let admin: Connection
  let login: Login
  let secrets: Secrets

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'usher-drift-test-'))
    server = await startServer({ dir: directory, database: 'shop' })
    admin = await createConnection(server.adminUrl)
    await admin.query('CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4')
    await admin.query('USE shop')
    await admin.query(`SET time_zone = '+02:00', sql_mode = ''`)
    await admin.query(`CREATE USER poor@127.0.0.1 IDENTIFIED BY 'poor'`)
    login = secretOf(new URL(server.url)) as Login
    secrets = await startSecrets({
      good: login,
      poor: { ...login, username: 'poor', password: 'poor' },
    })
    process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = secrets.url
    process.env.AWS_REGION = 'us-east-1'
    process.env.AWS_ACCESS_KEY_ID = 'test'
    process.env.AWS_SECRET_ACCESS_KEY = 'test'
  }, 60_000)

  afterAll(async () => {
    await admin?.end()
    await server?.stop()
    secrets?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  function mirrorOf(declared: Columns, { table = 'orders', without, secret = 'good' }: How = {}) {
    const from = lib.mysql('production', { secret, primary: true }).table(table, { without })
    return lib.mirror(from, { columns: declared })[definition]
  }

  function open_(own: Definition, warn: (sentence: string) => void = () => {}) {
    if (own.made.by !== 'extract' || !own.made.from.snapshot) throw new Error('no snapshot')
    const { signal } = new AbortController()
    const { id: table, columns } = own
    const reading: Reading = { table, columns, date: '2026-11-23', signal, note: () => {}, warn }
    return own.made.from.snapshot(reading)
  }

  /** Reads a table by values and by blocks: the lines are the same, and so are the warnings. */
  async function read(declared: Columns = columns, how: How = {}) {
    const own = mirrorOf(declared, how)
    const csv = csvLines(own, 'NULL_x', () => {})
    const warnings: string[][] = [[], []]
    let [values, bytes] = ['', '']
    const first = await open_(own, (sentence) => warnings[0]?.push(sentence))
    try {
      for await (const batch of first.read({}, own.columns)) {
        for (const cells of batch) values += csv.cells(cells)
      }
    } finally {
      first.close()
    }
    const second = await open_(own, (sentence) => warnings[1]?.push(sentence))
    try {
      // Where mysql2 is not as it was, there are no blocks.
      if (!second.blocks) throw new Error('mysql2 has changed inside: see wire/blocks.ts')
      for await (const block of second.blocks({}, own.columns, csv)) {
        bytes += Buffer.from(block.bytes).toString()
        block.release?.()
      }
    } finally {
      second.close()
    }
    expect(bytes).toBe(values)
    expect(warnings[1]).toEqual(warnings[0])
    return { lines: values, warnings: warnings[0] }
  }

  async function liveColumns(table: string) {
    const session = await open({ name: 'production', kind: 'mysql', packages: [] }, login, {
      statementSeconds: 10,
    })
    const found = await describeTable(session, table)
    session.destroy()
    return found
  }

  /** Makes the table, reads it, and then alters it. */
  async function alter(...changes: string[]) {
    await admin.query(TABLE)
    await admin.query(ROWS)
    expect(await read()).toEqual({ lines: LINES, warnings: [] })
    for (const change of changes) await admin.query(`ALTER TABLE orders ${change}`)
  }

  it.each([
    [
      'its columns in another order',
      'MODIFY note varchar(20) NULL FIRST, MODIFY id int AFTER total',
    ],
    ['a narrower text', 'MODIFY title varchar(8) NOT NULL'],
    ['a smaller number', 'MODIFY id smallint'],
    ['fewer digits', 'MODIFY total decimal(6,2) NOT NULL'],
    ['a column that takes no NULL any more', `MODIFY note varchar(20) NOT NULL`],
    ['a narrower character set', 'MODIFY title varchar(10) CHARACTER SET latin1 NOT NULL'],
    ['its names in capitals', 'CHANGE title TITLE varchar(10) NOT NULL'],
    ['finer times', 'MODIFY ordered_at datetime(0) NOT NULL'],
  ])('with %s is read as before', async (_what, change) => {
    await alter(change)
    const { lines, warnings } = await read()
    expect(warnings).toEqual([])
    // A NULL that is no longer taken has become an empty text.
    expect(lines.replace('""', 'NULL_x').replaceAll('.000', '')).toBe(LINES)
  })

  it.each([
    [
      'a new column',
      'ADD discount decimal(10,2) NULL AFTER id',
      'production.orders has 1 column more than orders. Add `discount: decimal(10, 2).nullable(),`; ' +
        "or leave out what is not wanted: `production.table('orders', { without: ['discount'] })`.",
    ],
    [
      'new columns',
      `ADD a int NOT NULL DEFAULT 1 FIRST, ADD \`Or b\` text NULL COMMENT 'it''s b'`,
      'production.orders has 2 columns more than orders. Add `a: integer(),` ' +
        "`or_b: varchar(65535).from('Or b').nullable().describe('it\\'s b'),`; " +
        "or leave out what is not wanted: `production.table('orders', { without: ['a', 'Or b'] })`.",
    ],
    [
      'a wider text',
      'MODIFY title varchar(100) NOT NULL',
      'production.orders.title is varchar(100) in utf8mb4; orders declares it varchar(40), which may ' +
        'not hold all of it. Write `title: varchar(400),` or, if that is meant, add `.pinned()`.',
    ],
    [
      'text of any length',
      'MODIFY note text NULL',
      'production.orders.note is text in utf8mb4; orders declares it varchar(80), which may not hold ' +
        'all of it. Write `note: varchar(65535).nullable(),` or, if that is meant, add `.pinned()`.',
    ],
    [
      'a wider character set',
      'MODIFY note varchar(40) CHARACTER SET latin1 NULL',
      'production.orders.note is varchar(40) in latin1; orders declares it varchar(80), which may not ' +
        'hold all of it. Write `note: varchar(120).nullable(),` or, if that is meant, add `.pinned()`.',
    ],
    [
      'a larger number',
      'MODIFY id bigint',
      'production.orders.id is bigint(20); orders declares it integer, which may not hold all of it. ' +
        'Write `id: bigint().primaryKey(),` or, if that is meant, add `.pinned()`.',
    ],
    [
      'a number without a sign',
      'MODIFY id int unsigned',
      'production.orders.id is int(10) unsigned; orders declares it integer, which may not hold all of ' +
        'it. Write `id: bigint().primaryKey(),` or, if that is meant, add `.pinned()`.',
    ],
    [
      'more digits',
      'MODIFY total decimal(14,2) NOT NULL',
      'production.orders.total is decimal(14,2); orders declares it decimal(10,2), which may not hold ' +
        'all of it. Write `total: decimal(14, 2),` or, if that is meant, add `.pinned()`.',
    ],
    [
      'a column that takes NULL',
      'MODIFY total decimal(10,2) NULL',
      'production.orders.total is decimal(10,2) and may be NULL; orders takes no NULL. Write ' +
        '`total: decimal(10, 2).nullable(),` or, if that is meant, add `.pinned()`.',
    ],
    [
      'numbers where text was',
      'DROP note, ADD note int NULL',
      'production.orders.note is int(11); orders declares it varchar(80). Write ' +
        '`note: integer().nullable(),` or, if that is meant, add `.pinned()`.',
    ],
  ])(
    'with %s is read with a warning that has the line to write',
    async (_what, change, warning) => {
      await alter(change)
      const { lines, warnings } = await read()
      expect(warnings).toEqual([warning])
      // A column that was made anew holds NULL.
      expect(lines).toBe(change.startsWith('DROP') ? LINES.replace('"a"', 'NULL_x') : LINES)
    },
  )

  it.each([
    [
      'a column that is gone',
      'DROP note',
      'production.orders has no column note: delete the line of note from the columns of orders.',
    ],
    [
      'a column of another name',
      'CHANGE total total_amount decimal(10,2) NOT NULL',
      'production.orders has no column total. Is it now total_amount? Then write ' +
        "`total: decimal(10, 2).from('total_amount'),`; if it is gone, delete the line of total from " +
        'the columns of orders.',
    ],
    [
      'text where numbers were',
      'MODIFY total varchar(20) NOT NULL',
      'production.orders.total is varchar(20) in utf8mb4; orders declares it decimal(10,2). Write ' +
        '`total: varchar(80),` or, if that is meant, add `.pinned()`.',
    ],
    [
      'an instant where a clock on the wall was',
      'MODIFY ordered_at timestamp NOT NULL',
      'production.orders.ordered_at is timestamp; orders declares it timestamp: to MySQL a timestamp ' +
        'is an instant, and a datetime a clock on a wall. Write `ordered_at: timestamptz(),` or, if ' +
        'that is meant, add `.pinned()`.',
    ],
    [
      'bytes where text was',
      'MODIFY title varbinary(40) NOT NULL',
      'production.orders.title is varbinary(40); orders declares it varchar(40). Write ' +
        '`title: varbyte(40),` or, if that is meant, add `.pinned()`.',
    ],
    [
      'another primary key',
      'ADD region int NOT NULL DEFAULT 1, DROP PRIMARY KEY, ADD PRIMARY KEY (id, region)',
      'production.orders has the primary key id, region; orders has id, which may be in several rows. ' +
        'Write `region: integer().primaryKey(),` or, if that is meant, add `.pinned()`.',
    ],
  ])('with %s is not read, and the line to change is said', async (_what, change, problem) => {
    await alter(change)
    await expect(read()).rejects.toMatchObject({ name: 'SourceRefused', message: problem })
  })

  it('does not shift values where a column takes the place of another', async () => {
    await alter(`DROP title, ADD titel varchar(10) NOT NULL DEFAULT 'x' AFTER id`)
    await expect(read()).rejects.toThrow(
      "Is it now titel? Then write `title: varchar(40).from('titel'),`",
    )
    const { lines } = await read({ ...columns, title: varchar(40).from('titel') })
    expect(lines).toBe(LINES.replaceAll(/first|second/g, 'x'))
  })

  it('says nothing of columns that are left out on purpose', async () => {
    await alter('ADD secret text, ADD b int')
    expect((await read(columns, { without: ['Secret', 'b', 'never'] })).warnings).toEqual([])
    expect((await read(columns, { without: 'others' })).warnings).toEqual([])
    expect((await read(columns, { without: ['secret'] })).warnings).toEqual([
      'production.orders has 1 column more than orders. Add `b: integer().nullable(),`; or leave out ' +
        "what is not wanted: `production.table('orders', { without: ['secret', 'b'] })`.",
    ])
  })

  it('says of very many new columns how to see them all', async () => {
    await alter(Array.from({ length: 30 }, (_, i) => `ADD c${i} int`).join(', '))
    const { warnings: [warning = ''] = [] } = await read()
    expect(warning).toMatch(/^production\.orders has 30 columns more than orders\. Add `c0: /)
    expect(warning).toContain(
      '`c9: integer().nullable(),` and 20 more, which `npx usher mirror production orders` prints; ' +
        "or leave out what is not wanted: `production.table('orders', { without: 'others' })`.",
    )
  })

  it('says nothing of what is pinned, and reads what fits', async () => {
    await alter('MODIFY title varchar(100) NULL, MODIFY total varchar(20) NOT NULL')
    const pinned = { title: varchar(40).pinned(), total: decimal(10, 2).pinned() }
    expect(await read({ ...columns, ...pinned })).toEqual({ lines: LINES, warnings: [] })
  })

  it('that is gone is named, with those that it may be now', async () => {
    await admin.query('DROP TABLE IF EXISTS all_orders')
    await alter('RENAME TO all_orders')
    await expect(read()).rejects.toMatchObject({
      name: 'SourceRefused',
      message:
        'production.orders: there is no such table in the database shop. Is it now all_orders? Then ' +
        "write `production.table('all_orders')` in the file of orders; if it is gone, delete the file.",
    })
    await expect(read(columns, { table: 'zebras' })).rejects.toThrow(
      'Correct its name in the file of zebras; if it is gone, delete the file.',
    )
  })

  it('that the user may not read is not taken for gone, nor are columns', async () => {
    await alter()
    // Its admin may grant nothing, but write down that it was granted.
    await admin.query(`REPLACE INTO mysql.tables_priv
      VALUES ('127.0.0.1', 'shop', 'poor', 'orders', '', NOW(), '', 'Select')`)
    await admin.query(`REPLACE INTO mysql.columns_priv
      VALUES ('127.0.0.1', 'shop', 'poor', 'orders', 'id', NOW(), 'Select')`)
    await admin.query('FLUSH PRIVILEGES')
    await admin.query('CREATE OR REPLACE TABLE hidden (id int)')
    const poor = { secret: 'poor' }
    await expect(read({ id: integer() }, { ...poor, table: 'hidden' })).rejects.toThrow(
      /^production\.hidden: the user may not read it .*: grant it SELECT$/,
    )
    const { lines, warnings } = await read({ id: integer().primaryKey() }, poor)
    expect([lines, warnings]).toEqual(['1\n2\n', []])
    await expect(read(columns, poor)).rejects.toThrow(
      /^production.orders: the user may not read it .*: grant it SELECT$/,
    )
  })

  it.each([
    ['ADD early int NOT NULL DEFAULT 7 FIRST', LINES],
    [
      'MODIFY total varchar(20) NOT NULL FIRST',
      'Transient: production: Table definition has changed, please retry transaction',
    ],
    [
      'DROP title',
      expect.stringMatching(/^SourceRefused: production.orders has no column title: /),
    ],
  ])('while it is read, by %s, is read as it was, or not at all', async (change, expected) => {
    await alter()
    const own = mirrorOf(columns)
    const snapshot = await open_(own)
    await admin.query(`ALTER TABLE orders ${change}`)
    const csv = csvLines(own, 'NULL_x', () => {})
    let lines = ''
    const outcome = await (async () => {
      for await (const batch of snapshot.read({}, own.columns)) {
        for (const cells of batch) lines += csv.cells(cells)
      }
      return lines
    })().catch(({ name, message }: Error) => `${name}: ${message}`)
    snapshot.close()
    expect(outcome).toEqual(expected)
  })

  const kinds = Object.entries(KINDS)

  it('is as the file says that usher mirror has just written, whatever its columns', async () => {
    const own = kinds.map(([kind], i) => `c${i} ${kind} ${i % 2 ? 'NULL' : 'NOT NULL'}`)
    await admin.query(
      `CREATE OR REPLACE TABLE kinds (id int PRIMARY KEY, ${own.join(', ')}) CHARACTER SET utf8mb4`,
    )
    for (const at of [0, 1]) {
      const values = kinds.map(([, ends]) => ends[at])
      await admin.query(`INSERT INTO kinds VALUES (${[at, ...values].join(', ')})`)
    }
    const file = mirrorFile('production', 'kinds', await liveColumns('kinds'))
    const [, text = ''] = /columns: \{\n(.*?)\n {2}\},/s.exec(file) ?? []
    const names = Object.keys(lib)
    const written = new Function(...names, `return {${text}}`)(...Object.values(lib)) as Columns
    const { lines, warnings } = await read(written, { table: 'kinds' })
    expect(warnings).toEqual([])
    expect(lines.split('\n')).toHaveLength(3)
  })

  it('is said to fit no declared type that does not hold each of its values', async () => {
    const types = [
      ...[lib.smallint(), integer(), lib.bigint(), lib.real(), lib.double(), lib.boolean()],
      ...[lib.date(), lib.time(), timestamp(), lib.timestamptz(), lib.super_()],
      ...[decimal(4, 0), decimal(10, 2), decimal(20, 0), decimal(38, 10)],
      ...[3, 12, 20, 40, 1000].flatMap((length) => [varchar(length), lib.char(length)]),
      ...[varchar(65_535), lib.varbyte(3), lib.varbyte(1000), lib.varbyte(32_767)],
    ]
    const raw = Object.fromEntries(kinds.map((_, i) => [`c${i}`, varchar(1).nullable().pinned()]))
    const own = mirrorOf(raw, { table: 'kinds', without: 'others' })
    const snapshot = await open_(own)
    const rows: Cells[] = []
    for await (const batch of snapshot.read({}, own.columns)) rows.push(...batch)
    snapshot.close()
    const live = (await liveColumns('kinds')).filter(({ name }) => name !== 'id')
    const counts = { whole: 0, odd: 0, part: 0, none: 0 }
    const wrong: string[] = []
    for (const [i, column] of live.entries()) {
      for (const type of types) {
        const fit = fitOf(type.facts.type, column)
        counts[fit]++
        if (fit === 'part' || fit === 'none') continue
        const columns = [{ name: 'c', column: type }]
        const csv = csvLines({ ...own, columns }, 'NULL_x', () => {})
        for (const row of rows) {
          try {
            csv.cells([row[i] ?? null])
          } catch (error) {
            wrong.push(`${column.fullType}: ${(error as Error).message}`)
          }
        }
      }
    }
    expect(wrong).toEqual([])
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(20)
  })
})
