import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Connection, createConnection } from 'mysql2/promise'
import { integer, mirror, mysql, real, timestamp, varchar } from '#lib'
import { messageOf } from '../../lib/error.ts'
import { csvLines } from '../../lib/manifest/csv.ts'
import { explain } from '../../lib/source/mysql/errors.ts'
import { describeTable } from '../../lib/source/mysql/schema/describe.ts'
import { mirrorFile } from '../../lib/source/mysql/schema/file.ts'
import { type Login, open } from '../../lib/source/mysql/session.ts'
import { awaitTurn } from '../../lib/source/mysql/turn.ts'
import type { Columns } from '../../lib/table/column.ts'
import { definition } from '../../lib/table/definition.ts'
import type { Cells, Slice } from '../../lib/table/origin.ts'
import { findServer, type Server, startServer } from '../../local/mysql/server.ts'
import { type Secrets, secretOf, startSecrets } from '../../local/services/secrets.ts'
import { testSource } from './contract.ts'
import { mysqlSubject } from './subjects/mysql.ts'

const installed = findServer()
if (!installed)
  console.warn('No MariaDB or MySQL server is installed: the tests of its source are skipped')
const suite = installed ? describe : describe.skip

if (installed) testSource(mysqlSubject)

suite('the mysql source', () => {
  let directory: string
  let server: Server
  let admin: Connection
  let secrets: Secrets
  let login: Login

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'usher-mysql-test-'))
    server = await startServer({ dir: directory, database: 'shop' })
    admin = await createConnection(server.adminUrl)
    await admin.query('CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4')
    await admin.query('USE shop')
    login = secretOf(new URL(server.url)) as Login
    secrets = await startSecrets({
      good: login,
      'wrong password': { ...login, password: 'wrong' },
      'no database': { ...login, dbname: 'nowhere' },
      tls: { ...login, tls: undefined },
      'half a secret': { host: '127.0.0.1' },
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

  /** Reads a table as an extract would. */
  async function read(
    table: string,
    columns: Columns,
    {
      secret = 'good',
      onBatch = async () => {},
      seconds = 60,
      connections = 8,
      signal = new AbortController().signal,
    } = {},
  ) {
    const limits = { statementSeconds: seconds, connections }
    const source = mysql('production', { secret, primary: true, ...limits })
    const own = mirror(source.table(table), { columns })[definition]
    if (own.made.by !== 'extract') throw new Error('no extract')
    const notes: string[] = []
    const reading = {
      table: own.id,
      columns: own.columns,
      date: '2026-11-23',
      signal,
      note: (what: string) => notes.push(what),
      warn: () => {},
    }
    const rows: Cells[] = []
    for await (const batch of own.made.from.read(reading)) {
      rows.push(...(batch as Cells[]))
      await onBatch()
    }
    return { rows, notes }
  }

  it('gives every value as MySQL holds it', async () => {
    await admin.query(`CREATE OR REPLACE TABLE kinds (
      id bigint unsigned PRIMARY KEY, big bigint, price decimal(38,10), ratio double,
      flag bit(1), bits bit(64), day date, at datetime(6), instant timestamp(3) NULL,
      span time(2), born year, kind enum('a','b,c'), tags set('x','y'), doc json,
      latin varchar(20) CHARACTER SET latin1, emoji varchar(20), raw varbinary(4), empty varchar(5), nothing text)`)
    await admin.query(`SET time_zone = '+02:00'`)
    await admin.query(
      `INSERT INTO kinds VALUES (18446744073709551615, -9223372036854775808,
        '1234567890123456789012345678.0123456789', 0.1, b'1', b'1000000000000000000000000000000000000000000000000000000000000001',
        '2026-11-23', '2026-11-23 10:00:00.123456', '2026-11-23 10:00:00.5', '-838:59:59.25', 2026,
        'b,c', 'x,y', '{"id": 9007199254740993}', ?, ?, x'00ff0a22', '', NULL)`,
      ['café €', 'a\r\n"b"\\N\t😀'],
    )
    const names =
      'id big price ratio flag bits day at instant span born kind tags doc latin emoji raw empty nothing'
    const columns = Object.fromEntries(
      names.split(' ').map((name) => [name, varchar(100).nullable().pinned()]),
    )
    const { rows } = await read('kinds', columns)
    expect(rows).toEqual([
      [
        '18446744073709551615',
        '-9223372036854775808',
        '1234567890123456789012345678.0123456789',
        '0.1',
        '1',
        '9223372036854775809',
        '2026-11-23',
        '2026-11-23 10:00:00.123456',
        '2026-11-23 08:00:00.500',
        '-838:59:59.25',
        '2026',
        'b,c',
        'x,y',
        '{"id": 9007199254740993}',
        'café €',
        'a\r\n"b"\\N\t😀',
        Buffer.from([0x00, 0xff, 0x0a, 0x22]),
        '',
        null,
      ],
    ])
  })

  it('writes the same lines from bytes as from values', async () => {
    const own = mirror(mysql('production', { secret: 'good', primary: true }).table('kinds'), {
      columns: Object.fromEntries(
        'id big price ratio flag bits day at instant span born kind tags doc latin emoji empty nothing'
          .split(' ')
          .map((name) => [name, varchar(100).nullable().pinned()]),
      ),
    })[definition]
    if (own.made.by !== 'extract') throw new Error('no extract')
    const { signal } = new AbortController()
    const { columns, id } = own
    const reading = {
      table: id,
      columns,
      date: '2026-11-23',
      signal,
      note: () => {},
      warn: () => {},
    }
    const snapshot = await own.made.from.snapshot?.(reading)
    const csv = csvLines(own, 'NULL_0123abcd', () => {})
    let [expected, found, rows] = ['', '', 0]
    for await (const batch of snapshot?.read({}, columns) ?? []) {
      for (const cells of batch) expected += csv.cells(cells)
    }
    // Where mysql2 is not as it was, there are no blocks.
    if (!snapshot?.blocks) throw new Error('mysql2 has changed inside: see wire/blocks.ts')
    for await (const block of snapshot.blocks({}, columns, csv)) {
      found += Buffer.from(block.bytes).toString()
      rows += block.rows
      block.release?.()
    }
    // The connection is as good as before.
    for await (const _ of snapshot.read({}, columns));
    snapshot.close()
    expect(found).toBe(expected)
    expect(rows).toBe(1)
  })

  it('loads zero dates as NULL and counts them, or fails where the column takes no NULL', async () => {
    await admin.query(`SET sql_mode = ''`)
    await admin.query('CREATE OR REPLACE TABLE zero (id int PRIMARY KEY, at datetime)')
    await admin.query(
      `INSERT INTO zero VALUES (1, '0000-00-00 00:00:00'), (2, '2026-11-00 00:00:00'), (3, '2026-11-23 10:00:00')`,
    )
    const { rows, notes } = await read('zero', { id: integer(), at: timestamp().nullable() })
    expect(rows).toEqual([
      ['1', null],
      ['2', null],
      ['3', '2026-11-23 10:00:00'],
    ])
    expect(notes).toEqual(['at: zero dates loaded as NULL', 'at: zero dates loaded as NULL'])
    await expect(read('zero', { id: integer(), at: timestamp() })).rejects.toThrow(
      "zero.at holds the date '0000-00-00 00:00:00': declare it .nullable()",
    )
  })

  it('reads every row of a large table, and only the declared columns', async () => {
    await admin.query(
      'CREATE OR REPLACE TABLE numbers (id int PRIMARY KEY, twice int, unused text)',
    )
    await admin.query(`INSERT INTO numbers SELECT seq, seq * 2, 'x' FROM seq_1_to_50000`)
    const { rows } = await read('numbers', { twice: integer(), id: integer() })
    expect(rows.length).toBe(50_000)
    expect(rows.reduce((sum, [twice]) => sum + Number(twice), 0)).toBe(50_000 * 50_001)
  })

  it('reads every row where the server limits what a SELECT gives', async () => {
    await admin.query('SET GLOBAL sql_select_limit = 1000')
    try {
      expect((await read('numbers', { id: integer() })).rows).toHaveLength(50_000)
    } finally {
      await admin.query('SET GLOBAL sql_select_limit = DEFAULT')
    }
  })

  it('gives a FLOAT with all its digits', async () => {
    await admin.query('CREATE OR REPLACE TABLE floats (id int PRIMARY KEY, ratio float)')
    await admin.query(
      'INSERT INTO floats VALUES (1, 16777216), (2, 0.1234567), (3, -3.4e38), (4, NULL)',
    )
    const { rows } = await read('floats', { id: integer(), ratio: real().nullable() })
    const floats = rows.map(([, ratio]) => ratio && Math.fround(Number(ratio)))
    expect(floats).toEqual([16777216, Math.fround(0.1234567), Math.fround(-3.4e38), null])
    expect(rows[1]?.[1]).toBe('0.12345670163631439')
  })

  it('never takes a result that is cut short for a whole one', async () => {
    let batches = 0
    const killAll = async () => {
      if (++batches !== 2) return
      const [processes] = await admin.query(
        `SELECT id FROM information_schema.processlist WHERE user = 'usher'`,
      )
      for (const { id } of processes as { id: number }[]) await admin.query(`KILL CONNECTION ${id}`)
    }
    await admin.query('CREATE OR REPLACE TABLE wide (id int PRIMARY KEY, filler varchar(1000))')
    await admin.query(`INSERT INTO wide SELECT seq, REPEAT('x', 1000) FROM seq_1_to_60000`)
    const cut = read('wide', { id: integer(), filler: varchar(1000) }, { onBatch: killAll })
    await expect(cut).rejects.toMatchObject({ name: 'Transient' })
  })

  it('lets the server end a SELECT that takes too long', async () => {
    await admin.query(
      `CREATE OR REPLACE VIEW slow AS SELECT seq AS id, SLEEP(0.5) AS naps FROM seq_1_to_20`,
    )
    const problem =
      'production.slow: the SELECT took longer than statementSeconds allows: ' +
      'declare chunks in its mirror, or allow more in its source'
    const columns = { id: integer(), naps: integer() }
    await expect(read('slow', columns, { seconds: 1 })).rejects.toThrow(problem)
    // The same where rows become CSV on the way, some of which have been sent.
    const { blocks, csv, close } = await snapshotOf('slow', columns, { statementSeconds: 1 })
    const rows = (async () => {
      for await (const _ of blocks?.({}, csv.columns, csv) ?? []);
    })()
    await expect(rows).rejects.toMatchObject({ name: 'SourceRefused', message: problem })
    close()
  })

  it('is read by no more at once than its source says, and those who wait come in turn', async () => {
    await admin.query(
      `CREATE OR REPLACE VIEW nap AS SELECT seq AS id, SLEEP(0.05) AS naps FROM seq_1_to_4`,
    )
    const reading = `SELECT COUNT(*) AS n FROM information_schema.processlist
      WHERE user = 'usher' AND info LIKE '%nap%'`
    let [most, done] = [0, false]
    const watching = (async () => {
      while (!done) {
        const [[row]] = (await admin.query(reading)) as unknown as [[{ n: number }]]
        most = Math.max(most, row.n)
      }
    })()
    const all = Array.from({ length: 6 }, () =>
      read('nap', { id: integer(), naps: integer() }, { connections: 2 }),
    )
    for (const { rows } of await Promise.all(all)) expect(rows).toHaveLength(4)
    done = true
    await watching
    expect(most).toBe(2)
  })

  it('has those ask again whom the server takes no more connections of', async () => {
    await admin.query(`CREATE USER few@127.0.0.1 IDENTIFIED BY 'few' WITH MAX_USER_CONNECTIONS 1`)
    const few = { ...login, username: 'few', password: 'few', dbname: 'information_schema' }
    const source = { name: 'production', kind: 'mysql', packages: [] }
    const first = await open(source, few, { statementSeconds: 10 })
    const refused = await open(source, few, { statementSeconds: 10 }).catch((error) => error)
    expect(explain(refused, { source: 'production', database: 'shop' })).toMatchObject({
      name: 'Busy',
      message: expect.stringMatching(/^production: the server takes no more connections \(/),
    })
    first.destroy()
  })

  it('has those who wait too long ask again, and forgets those who are gone', async () => {
    const source = { name: 'production', kind: 'mysql', packages: [] }
    const session = () => open(source, login, { statementSeconds: 10 })
    const [first, second] = await Promise.all([session(), session()])
    await awaitTurn(first, 1)
    await expect(awaitTurn(second, 1, 0)).rejects.toMatchObject({
      name: 'Busy',
      message: 'production: its connection is in use',
    })
    // Of another source, though on the same server, nobody is waited for.
    await awaitTurn({ ...second, source: 'billing' }, 1, 0)
    first.destroy()
    await awaitTurn(second, 1)
    second.destroy()
    expect(() => mysql('production', { secret: 'good', connections: 0 })).toThrow(
      'production: connections: 0 is no number of them: give 1 or more',
    )
  })

  it('stops at once when it is aborted', async () => {
    const controller = new AbortController()
    const abort = async () => controller.abort(new Error('enough'))
    const { signal } = controller
    await expect(read('wide', { id: integer() }, { onBatch: abort, signal })).rejects.toThrow(
      'enough',
    )
  })

  it('stops where it was aborted before it was connected', async () => {
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(read('wide', { id: integer() }, { signal })).rejects.toThrow('too late')
  })

  it('can write nothing, even where its user could', async () => {
    const root = { ...login, ...(secretOf(new URL(server.adminUrl)) as Login), dbname: 'shop' }
    const session = await open({ name: 'production', kind: 'mysql', packages: [] }, root, {
      statementSeconds: 10,
    })
    await expect(session.rows(`INSERT INTO numbers VALUES (0, 0, '')`)).rejects.toThrow(
      /READ ONLY/i,
    )
    session.destroy()
  })

  it.each([
    [
      'wrong password',
      'numbers',
      { id: integer() },
      /^production: MySQL refuses the user or its password/,
    ],
    [
      'no database',
      'numbers',
      { id: integer() },
      /^production: (there is no database|the user may not read the database) nowhere/,
    ],
    [
      'good',
      'nothing',
      { id: integer() },
      'production.nothing: there is no such table in the database shop',
    ],
    [
      'good',
      'numbers',
      { id: integer(), nickname: integer() },
      'production.numbers has no column nickname. Is it now twice? Then write ' +
        "`nickname: integer().from('twice'),`; if it is gone, delete the line of nickname",
    ],
    [
      'half a secret',
      'numbers',
      { id: integer() },
      'the secret half a secret of production has no username',
    ],
    ['no such secret', 'numbers', { id: integer() }, 'there is no secret no such secret'],
  ])('says in one sentence what is wrong: %s, %s', async (secret, table, columns, problem) => {
    await expect(read(table, columns as Columns, { secret })).rejects.toMatchObject({
      name: 'SourceRefused',
      message:
        typeof problem === 'string'
          ? expect.stringContaining(problem)
          : expect.stringMatching(problem),
    })
  })

  it('insists on TLS unless its secret says otherwise', async () => {
    await expect(read('numbers', { id: integer() }, { secret: 'tls' })).rejects.toThrow(
      'production: the server has no TLS; if that is right, put "tls": false in its secret',
    )
  })

  /** Opens a snapshot of a table, as an extract would. */
  async function snapshotOf(
    table: string,
    columns: Columns,
    options: { statementSeconds?: number } = {},
  ) {
    const source = mysql('production', { secret: 'good', primary: true, ...options })
    const own = mirror(source.table(table), { columns })[definition]
    const { made, columns: named, id } = own
    if (made.by !== 'extract' || !made.from.snapshot) throw new Error('no snapshot')
    const { signal } = new AbortController()
    const reading = {
      table: id,
      columns: named,
      date: '2026-11-23',
      signal,
      note: () => {},
      warn: () => {},
    }
    const snapshot = await made.from.snapshot(reading)
    const [by] = named
    if (!by) throw new Error('no columns')
    return {
      ...snapshot,
      by,
      csv: { ...csvLines(own, 'NULL_0badcafe', () => {}), columns: named },
      async ids(slice: Slice) {
        const ids: unknown[] = []
        for await (const batch of snapshot.read(slice, [by])) ids.push(...batch.map(([id]) => id))
        return ids
      },
    }
  }

  it('answers every question of a snapshot for one instant', async () => {
    await admin.query('CREATE OR REPLACE TABLE instant (id int PRIMARY KEY)')
    await admin.query('INSERT INTO instant VALUES (1), (2)')
    const { by, ids, highest, cuts, close } = await snapshotOf('instant', { id: integer() })
    await admin.query('INSERT INTO instant VALUES (3)')
    await admin.query('DELETE FROM instant WHERE id = 1')
    expect(await highest(by)).toBe('2')
    expect(await ids({})).toEqual(['1', '2'])
    expect(await ids({ range: { column: by, from: '2' } })).toEqual(['2'])
    expect(await cuts(by, 10)).toEqual([])
    close()
  })

  it('cuts a table into ranges of about as many rows as are asked for', async () => {
    await admin.query('CREATE OR REPLACE TABLE skewed (id bigint PRIMARY KEY)')
    await admin.query('INSERT INTO skewed SELECT seq FROM seq_1_to_30000')
    await admin.query('INSERT INTO skewed SELECT 9007199254740993 + seq * 1000 FROM seq_1_to_10000')
    const { by, cuts, ids, close } = await snapshotOf('skewed', { id: integer() })
    const found = await cuts(by, 5000)
    const sizes: number[] = []
    for (const [i, from] of [undefined, ...found].entries()) {
      sizes.push((await ids({ range: { column: by, from, to: found[i] } })).length)
    }
    close()
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(40_000)
    expect(Math.max(...sizes)).toBeLessThan(10_000)
    expect(sizes.length).toBeLessThan(20)
  })

  it('refuses to cut by what is a whole number in its declaration only', async () => {
    await admin.query('CREATE OR REPLACE TABLE fractions (id decimal(10,2) PRIMARY KEY)')
    await admin.query('INSERT INTO fractions VALUES (1), (2)')
    const { by, cuts, close } = await snapshotOf('fractions', { id: integer().pinned() })
    await expect(cuts(by, 10)).rejects.toMatchObject({
      name: 'SourceRefused',
      message:
        "production.fractions.id is '1.00' in a row: it is declared integer, " +
        'and must be a whole number there too',
    })
    close()
  })

  it('writes the file that mirrors a table', async () => {
    await admin.query(`CREATE OR REPLACE TABLE \`Odd Table\` (
      id bigint unsigned PRIMARY KEY, \`Order Total\` decimal(10,2) NOT NULL COMMENT 'it''s in dollars',
      note text, code char(3) CHARACTER SET ascii NOT NULL, flag tinyint(1), doc json)`)
    const session = await open({ name: 'production', kind: 'mysql', packages: [] }, login, {
      statementSeconds: 10,
    })
    const file = mirrorFile('production', 'Odd Table', await describeTable(session, 'Odd Table'))
    expect(file).toBe(`import { decimal, mirror, smallint, super_, varchar } from '#lib'
import { production } from '../sources.ts'

export const odd_table = mirror(production.table('Odd Table'), {
  name: 'odd_table',
  columns: {
    id: decimal(20, 0).primaryKey(),
    order_total: decimal(10, 2).from('Order Total').describe('it\\'s in dollars'),
    note: varchar(65535).nullable(),
    code: varchar(3),
    flag: smallint().nullable(), // boolean() if it holds only 0 and 1
    doc: super_().nullable(),
  },
  dist: 'id',
})
`)
    await admin.query(`CREATE OR REPLACE TABLE \`date\` (
      id binary(16) PRIMARY KEY, 2fa int NOT NULL, doc longtext, day date NOT NULL)`)
    const hard = mirrorFile('production', 'date', await describeTable(session, 'date'))
    expect(hard).toBe(`import { date, integer, mirror, varbyte, varchar } from '#lib'
import { production } from '../sources.ts'

export const date_ = mirror(production.table('date'), {
  name: 'date_',
  columns: {
    id: varbyte(16).primaryKey(),
    _2fa: integer().from('2fa'),
    doc: varchar(65535).nullable(), // MySQL allows more; longer text is refused
    day: date(),
  },
})
`)
    await admin.query('CREATE OR REPLACE TABLE `default` (`order-id` int PRIMARY KEY)')
    const word = mirrorFile('production', 'default', await describeTable(session, 'default'))
    expect(word).toContain(`export const default_ = mirror(production.table('default'), {`)
    expect(word).toContain(`  dist: 'order_id',\n`)
    await expect(describeTable(session, 'nothing')).rejects.toThrow(
      /^production \(database shop\) has no table nothing; it has .*numbers/,
    )
    session.destroy()
  })
})

const openssl = spawnSync('openssl', ['version']).status === 0
if (installed && !openssl) console.warn('openssl is not installed: the test of TLS is skipped')
const secure = installed && openssl ? it : it.skip

secure.each([
  ['localhost', 'is trusted', /^$/],
  ['elsewhere.example', 'is refused', /does not match certificate/],
])(
  'over TLS, a server whose certificate names %s %s',
  async (name, _what, problem) => {
    const directory = mkdtempSync(join(tmpdir(), 'usher-tls-test-'))
    const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')]
    const kind = '-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=server'.split(' ')
    const names = ['-addext', `subjectAltName=DNS:${name}`, '-keyout', key, '-out', certificate]
    spawnSync('openssl', ['req', ...kind, ...names])
    const args = [`--ssl-cert=${certificate}`, `--ssl-key=${key}`]
    const server = await startServer({ dir: directory, args })
    try {
      const source = { name: 'production', kind: 'mysql', packages: [] }
      const plain = secretOf(new URL(server.adminUrl)) as Login
      const login = { ...plain, host: 'localhost', dbname: 'mysql', tls: undefined }
      await expect(open(source, login, { statementSeconds: 10 })).rejects.toThrow(
        /self-signed certificate/,
      )
      const trusting = { ...login, tls: readFileSync(certificate, 'utf8') }
      const cipher = open(source, trusting, { statementSeconds: 10 }).then(async (session) => {
        const [row] = await session.rows(`SHOW STATUS LIKE 'Ssl_cipher'`)
        session.destroy()
        return row?.[1] ? '' : 'not encrypted'
      }, messageOf)
      expect(await cipher).toMatch(problem)
    } finally {
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    }
  },
  60_000,
)
