import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createConnection } from 'mysql2/promise'
import { graphOf, tablesOf } from '../../lib/graph/graph.ts'
import { sourceOf } from '../../lib/table/definition.ts'
import { type FunctionResource, readAssembly } from '../../local/assembly.ts'
import { startMarketplace } from '../../local/mysql/index.ts'
import { findServer, type Server, startServer } from '../../local/mysql/server.ts'
import { query } from '../../local/redshift/query.ts'
import { findSpark } from '../../local/spark/find.ts'
import { tables } from '../../warehouse/index.ts'
import { importsOf, packagesOf } from '../bundle.ts'
import { fieldSql, fromSql, parseProject, viewsIn } from '../lookml/looker.ts'
import { compare } from './compare.ts'
import { problemsOf } from './emf.ts'

const MIRRORS = `users user_attributes venues performers events event_performers listings orders
  tix_v1_sales tix_v2_sales`.split(/\s+/)
const DATE = '2026-11-13'
const DAYS = 7670
const hasSpark = (await findSpark()) !== undefined
/**
 * A file in a folder of the warehouse is a table, but for the tasks of maintenance; what Spark makes is left
 * out where there is none.
 */
const FILES = readdirSync('warehouse', { recursive: true, encoding: 'utf8' }).filter((file) =>
  /^(?!maintenance)\w+\/\w+\.ts$/.test(file),
).length
const TABLES = hasSpark ? FILES : FILES - 1
const NIGHT = 120_000
/** The metrics of the sample's tables, its task and the night: the watch, which is none of it, has two more. */
const METRICS = hasSpark ? 156 : 150

const installed = findServer()
if (!installed)
  console.warn('No MariaDB or MySQL server is installed: nights that need one are skipped')
const withServer = installed ? describe : describe.skip

interface Ran {
  readonly code: number
  readonly output: string
}

/** Runs the command line in a home of its own, as a person would. */
function usher(home: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const bin = resolve('node_modules/.bin')
  const PATH = `${bin}:${process.env.PATH}`
  const { NODE_OPTIONS: _jest, ...own } = process.env
  return new Promise((settle) => {
    execFile(
      join(bin, 'node'),
      ['bin/usher.ts', ...args],
      { env: { ...own, PATH, USHER_HOME: home, ...env } },
      (error, stdout, stderr) =>
        settle({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
  })
}

/** The line of the table at the end of a night, its columns split. */
const lineOf = ({ output }: Ran, table: string): string[] =>
  output
    .split('\n')
    .findLast((line) => line.startsWith(`${table}  `))
    ?.trim()
    .split(/\s{2,}/) ?? []

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'usher-night-test-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function ask(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(join(home, 'warehouse.duckdb'), {
    access_mode: 'READ_ONLY',
  })
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRows()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

withServer('a night', () => {
  let production: Server
  let PRODUCTION_URL: string
  const night = (...args: string[]) =>
    usher(home, ['night', '--date', DATE, ...args], { PRODUCTION_URL })
  const admin = async (...statements: string[]) => {
    const connection = await createConnection(production.adminUrl)
    await connection.query('USE marketplace')
    for (const statement of statements) await connection.query(statement)
    await connection.end()
  }

  beforeAll(async () => {
    const dir = join(home, 'production')
    await (await startMarketplace({ dir }))?.stop()
    production = await startServer({ dir, database: 'marketplace' })
    PRODUCTION_URL = production.url
  }, NIGHT)
  afterAll(() => production?.stop())

  it(
    'loads every table, and ends with 0',
    async () => {
      const ran = await night()
      expect(ran.output).toContain(`${TABLES} tables loaded and 1 task done for 2026-11-13`)
      expect(ran.code).toBe(0)
      expect(lineOf(ran, 'orders')).toMatchObject([
        'orders',
        '120,000',
        expect.stringMatching(/MB$/),
        expect.stringMatching(/ s$/),
        expect.stringMatching(/ s$/),
        'loaded',
      ])
    },
    NIGHT,
  )

  it('logs nothing but lines of JSON that say what they are about', () => {
    const [file = ''] = readdirSync(join(home, 'nights')).filter((name) => name.endsWith('.log'))
    const lines = readFileSync(join(home, 'nights', file), 'utf8')
      .trim()
      .split('\n')
    const run = file.replace('.log', '')
    const all = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    // The set-up comes before the night.
    const setUp = all.find(({ message }) => message === 'set up')?.requestId
    expect(setUp).toBeDefined()
    const logged = all.filter(({ requestId }) => requestId !== setUp)
    for (const line of logged) {
      expect(line).toMatchObject({ date: DATE, run })
      if (!('level' in line)) continue
      expect(line).toMatchObject({ level: 'INFO', message: expect.any(String) })
      expect(line).toMatchObject({ timestamp: expect.any(String), attempt: expect.any(String) })
    }
    const tables = (pattern: RegExp) =>
      new Set(logged.flatMap((line) => (pattern.test(String(line.message)) ? [line.table] : [])))
    expect(tables(/^(loaded|transformed)$/).size).toBe(TABLES)
  })

  it('ends with a page that has every look, drawn', () => {
    const [file = ''] = readdirSync(join(home, 'nights')).filter((name) => name.endsWith('.html'))
    const page = readFileSync(join(home, 'nights', file), 'utf8')
    const looks = readdirSync('warehouse', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.look.ts'))
      .map((name) => basename(name, '.look.ts'))
    const drawn = [...page.matchAll(/<figure class="look" id="look-(\w+)">(.*?)<\/figure>/gs)]
    expect(looks.length).toBeGreaterThan(5)
    expect(drawn.map(([, name]) => name).sort()).toEqual(looks.sort())
    expect(drawn.filter(([, , figure]) => figure?.match(/<svg/g)?.length !== 2)).toEqual([])
    expect(page).toContain('The night of 2026-11-13 <span class="ending succeeded">')
    expect(page.match(/<li[^>]*>\n<a href="#table-/g)).toHaveLength(TABLES + 1)
  })

  it('measures every table, in lines that CloudWatch makes metrics of', () => {
    const [file = ''] = readdirSync(join(home, 'nights')).filter((name) => name.endsWith('.log'))
    const lines = readFileSync(join(home, 'nights', file), 'utf8')
      .trim()
      .split('\n')
    const measured = lines.filter((line) => line.includes('"_aws"'))
    expect(measured.flatMap(problemsOf)).toEqual([])
    const metrics = measured.flatMap((line) => {
      const { _aws, Table = 'night' } = JSON.parse(line)
      const names: { Name: string }[] = _aws.CloudWatchMetrics[0].Metrics
      return names.map(({ Name }) => `${Table} ${Name}`)
    })
    // Each of them costs money: lib/night/README.md says how many there are.
    expect(new Set(metrics).size).toBe(metrics.length)
    expect(metrics).toHaveLength(METRICS)
    const of = (table: string) => metrics.filter((name) => name.startsWith(`${table} `)).sort()
    expect(of('orders')).toEqual(
      ['Bytes', 'Cost', 'DaysBehind', 'ExtractSeconds', 'LoadSeconds', 'Rows'].map(
        (m) => `orders ${m}`,
      ),
    )
    expect(of('event_demand')).toEqual(
      ['Cost', 'DaysBehind', 'LoadSeconds', 'Rows'].map((name) => `event_demand ${name}`),
    )
  })

  it('leaves a date dimension of one row a day', async () => {
    const [counts] = await ask(
      `select count(*)::int, count(distinct date)::int, min(date)::varchar, max(date)::varchar from public.dim_date`,
    )
    expect(counts).toEqual([DAYS, DAYS, '2009-01-01', '2029-12-31'])
  })

  it.each(MIRRORS)(
    'mirrors %s value by value',
    async (table) => {
      const { rows, differences } = await compare(
        PRODUCTION_URL,
        join(home, 'warehouse.duckdb'),
        table,
      )
      expect(differences.slice(0, 3)).toEqual([])
      expect(rows).toBeGreaterThan(100)
    },
    60_000,
  )

  it('makes tables out of tables: what came in goes out', async () => {
    const [[sales, parts] = []] = await ask(`select (select count(*) from public.all_sales),
      (select count(*) from public.orders) + (select count(*) from public.tix_v1_sales) + (select count(*) from public.tix_v2_sales)`)
    expect(sales).toBe(parts)
    const [[byDay, all] = []] =
      await ask(`select (select sum(amount) from public.sales_by_day)::varchar,
      (select sum(amount) from public.all_sales where status not in ('cancelled', 'refunded'))::varchar`)
    expect(byDay).toBe(all)
    const [[profiles, users] = []] = await ask(
      'select (select count(*) from public.user_profiles), (select count(*) from public.users)',
    )
    expect(profiles).toBe(users)
  })

  it('says as of when each table is in usher.as_of', async () => {
    const rows = await ask(`select schema_name, table_name, run_date::text, row_count::int
      from usher.as_of where table_name in ('venues', 'event_demand') order by table_name`)
    expect(rows).toEqual([
      ['public', 'event_demand', DATE, expect.any(Number)],
      ['public', 'venues', DATE, 150],
    ])
  })

  it('is joined by the explores of Looker, without a row more or less, and by true keys', async () => {
    const out = join(home, 'looker')
    await usher(home, ['lookml', '--out', out])
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.lkml'),
    )
    const project = parseProject(
      new Map(files.map((file) => [file, readFileSync(join(out, file), 'utf8')])),
    )
    // Without its source a table is not there.
    const names = await ask(`select '"' || table_schema || '"."' || table_name || '"'
      from information_schema.tables`)
    const there = new Set(names.flat())
    const found = new Map<string, unknown[]>()
    for (const [name, { dimension = {} }] of Object.entries(project.view)) {
      const views = [...viewsIn(project, name).values()]
      if (!views.every(({ sql_table_name }) => there.has(sql_table_name.trim()))) continue
      const [key] = Object.keys(dimension).filter((field) => dimension[field]?.primary_key)
      const [alone, joined] = [false, true].map((joined) => fromSql(project, name, { joined }))
      const keys = key && `distinct ${fieldSql(viewsIn(project, name), `${name}.${key}`)}`
      const sql = `select (select count(*) ${alone}) as rows, (select count(*) ${joined}) as joined,
        (select count(${keys ?? '*'}) ${alone}) as keys`
      found.set(name, (await query(join(home, 'warehouse.duckdb'), sql)).rows[0] ?? [])
    }
    expect(found.get('orders')).toEqual(['120000', '120000', '120000'])
    for (const [name, [rows, joined, keys]] of found) {
      expect([name, joined, keys]).toEqual([name, rows, rows])
    }
  })

  it('writes each load into usher.loads, once', async () => {
    const rows = await ask(`select table_name, count(*)::int, sum(row_count)::int from usher.loads
      where run_date = '${DATE}' group by 1 order by 1`)
    expect(rows).toHaveLength(TABLES)
    expect(rows.every(([, loads]) => loads === 1)).toBe(true)
    expect(rows).toContainEqual(['orders', 1, 120_000])
  })

  it('answers questions in the words of Redshift', async () => {
    const { output, code } = await usher(home, [
      'sql',
      'select nvl(null, count(*)) as days, 7 / 2 as half from dim_date',
    ])
    expect([code, output.trim().split(/\s+/)]).toEqual([
      0,
      ['days', 'half', '7670', '3', '1', 'row'],
    ])
  })

  it(
    'has nothing to do a second time, and says so',
    async () => {
      const ran = await night()
      expect(ran.code).toBe(0)
      expect(ran.output).toContain(
        `Nothing to do for 2026-11-13: ${TABLES} tables and 1 task complete already.`,
      )
    },
    NIGHT,
  )

  it(
    'does one table again with --force, and no other',
    async () => {
      const ran = await night('--tables', 'venues', '--force')
      expect(ran.code).toBe(0)
      expect(lineOf(ran, 'venues').at(-1)).toBe('loaded')
      expect(lineOf(ran, 'users')).toEqual([])
      const [[loads] = []] = await ask(
        `select count(*)::int from usher.loads where table_name = 'venues'`,
      )
      expect(loads).toBe(2)
    },
    NIGHT,
  )

  it(
    'does a table and all it is made from on another date',
    async () => {
      const args = ['night', '--date', '2026-11-14', '--tables', '+user_profiles']
      const ran = await usher(home, args, { PRODUCTION_URL })
      expect(ran.code).toBe(0)
      expect(ran.output).toContain('3 tables loaded for 2026-11-14.')
    },
    NIGHT,
  )

  it(
    'reads on another date only what has changed of a table that says so',
    async () => {
      await admin(`UPDATE orders SET note = 'changed' WHERE id IN (1000007, 1000008)`)
      const args = ['night', '--date', '2026-11-14', '--tables', 'orders']
      const ran = await usher(home, args, { PRODUCTION_URL })
      expect(ran.code).toBe(0)
      expect(Number(lineOf(ran, 'orders')[1])).toBeLessThan(100)
      const { rows, differences } = await compare(
        PRODUCTION_URL,
        join(home, 'warehouse.duckdb'),
        'orders',
      )
      expect([rows, differences]).toEqual([120_000, []])
    },
    NIGHT,
  )

  it(
    'goes on around a table that fails, and the next run does the rest',
    async () => {
      await admin(
        `ALTER TABLE venues MODIFY name text`,
        `UPDATE venues SET name = REPEAT('é', 1000) WHERE id = 7`,
      )
      const args = ['night', '--date', '2026-11-15', '--tables', '+sales_by_day,+user_profiles']
      const red = await usher(home, args, { PRODUCTION_URL })
      expect(red.code).toBe(1)
      expect(lineOf(red, 'venues').at(-1)).toBe('failed')
      expect(lineOf(red, 'event_details').at(-1)).toBe('skipped')
      expect(lineOf(red, 'sales_by_day').at(-1)).toBe('skipped')
      expect(lineOf(red, 'orders').at(-1)).toBe('loaded')
      expect(red.output).toMatch(
        /Failed: venues\n {2}venues\.name: 'é+…'\s+has 2000 bytes, varchar\(800\) holds 800; in the row with id '7'\.\n {2}production\.venues\.name is text in utf8mb4/,
      )
      expect(red.output).toContain(`npm run night -- ${args.slice(1).join(' ')}\n`)
      await admin(`UPDATE venues SET name = 'Short again' WHERE id = 7`)
      const green = await usher(home, args, { PRODUCTION_URL })
      expect(green.code).toBe(0)
      expect(green.output).toContain('3 tables loaded for 2026-11-15, 11 tables complete already.')
    },
    2 * NIGHT,
  )

  it(
    'leaves what is newer alone, and says so',
    async () => {
      const args = ['night', '--date', '2026-11-12', '--tables', 'users']
      const ran = await usher(home, args, { PRODUCTION_URL })
      expect(ran.code).toBe(0)
      expect(lineOf(ran, 'users').at(-1)).toBe('complete for 2026-11-13')
      const forced = await usher(home, [...args, '--force'], { PRODUCTION_URL })
      expect(forced.output).toContain('1 table loaded for 2026-11-12.')
    },
    2 * NIGHT,
  )

  it.each([
    [
      'a missing column',
      'ALTER TABLE users RENAME COLUMN city TO town',
      'ALTER TABLE users RENAME COLUMN town TO city',
      'Failed: users\n  production.users has no column city. Is it now town? Then write\n' +
        "  `city: varchar(480).from('town').nullable(),`; if it is gone, delete the line\n" +
        '  of city from the columns of users.\n',
    ],
    [
      'a missing table',
      'RENAME TABLE users TO people',
      'RENAME TABLE people TO users',
      'Failed: users\n  production.users: there is no such table in the database marketplace. Correct\n' +
        '  its name in the file of users; if it is gone, delete the file.\n',
    ],
  ])(
    'says in one sentence that there is %s',
    async (_what, breakIt, mendIt, sentence) => {
      await admin(breakIt)
      const ran = await usher(home, ['night', '--date', '2026-11-16', '--tables', 'users'], {
        PRODUCTION_URL,
      })
      await admin(mendIt)
      expect(ran.code).toBe(1)
      expect(ran.output).toContain(sentence)
      expect(ran.output).not.toMatch(/^\s+at /m)
    },
    NIGHT,
  )

  it(
    'says in one sentence that the password is wrong',
    async () => {
      const url = new URL(PRODUCTION_URL)
      url.password = 'wrong'
      const env = { PRODUCTION_URL: url.href }
      const ran = await usher(home, ['night', '--date', '2026-11-16', '--tables', 'users'], env)
      expect(ran.code).toBe(1)
      expect(ran.output).toContain(
        'Failed: users\n  production: MySQL refuses the user or its password',
      )
      expect(ran.output).not.toMatch(/^\s+at /m)
    },
    NIGHT,
  )

  describe('a bundle', () => {
    const sources = new Map(
      tablesOf(graphOf(tables)).flatMap((table) => {
        const source = sourceOf(table)
        return source ? [[source.name, source] as const] : []
      }),
    )
    const clients = [...new Set([...sources.values()].flatMap(({ packages }) => packages))]
    const bundleOf = ({ name, code }: FunctionResource) => {
      const source = sources.get(/ (?:from|for) (\w+)$/.exec(name)?.[1] ?? '')
      // The set-up reads the passwords of the users that it makes.
      const own = name === 'Set up' ? ['@aws-sdk/client-secrets-manager'] : (source?.packages ?? [])
      const foreign = clients.filter((client) => !own.includes(client))
      return { name, own, foreign, held: packagesOf(code), imports: importsOf(code) }
    }
    let bundles: ReturnType<typeof bundleOf>[]
    beforeAll(() => {
      const { functions } = readAssembly(join(home, 'cdk.out'), 'dev')
      bundles = [...functions.values()].map(bundleOf)
    })

    it('holds the client of the source that its function reads, and of no other', () => {
      expect(sources.size).toBeGreaterThan(7)
      const wrong = bundles.flatMap(({ name, own, foreign, held }) => [
        ...foreign.filter((one) => held.has(one)).map((one) => `${name} holds ${one}`),
        ...own.filter((one) => !held.has(one)).map((one) => `${name} lacks ${one}`),
      ])
      expect(wrong).toEqual([])
    })

    it.each([
      ['aws-cdk-lib', []],
      ['mysql2', ['Chunk from production', 'Extract from production', 'Plan for production']],
      [
        '@aws-sdk/client-redshift-data',
        ['Load', 'Prepare', 'Run', 'Set up', 'Transform', 'Unload'],
      ],
      ['@aws-sdk/client-sfn', ['Prepare', 'Watch']],
      ['@aws-sdk/client-sns', ['Watch']],
    ])('holds %s where it is needed: %j', (client, expected) => {
      const holding = bundles.filter(({ held }) => held.has(client))
      expect(holding.map(({ name }) => name).sort()).toEqual(expected)
    })

    it('imports nothing that Lambda lacks, but clients of other sources', () => {
      // Whoever asks for these does without.
      const optional = ['cardinal', '@node-rs/xxhash', '@aws-sdk/signature-v4-crt']
      const wrong = bundles.flatMap(({ name, foreign, imports }) =>
        [...imports]
          .filter((one) => !isBuiltin(one) && !optional.includes(one))
          .filter((one) => !foreign.some((client) => `${one}/`.startsWith(`${client}/`)))
          .map((one) => `${name} imports ${one}`),
      )
      expect(wrong).toEqual([])
      // What is looked for is found: by a module, by CommonJS, at the moment of use.
      const mysql = bundles.find(({ name }) => name === 'Extract from production')
      for (const one of ['node:https', 'net', '@redis/client']) {
        expect(mysql?.imports).toContain(one)
      }
    })
  })

  it('does not mix the rows of two servers', async () => {
    const PRODUCTION_URL = 'mysql://usher:x@127.0.0.1:1/another'
    const ran = await usher(home, ['night', '--date', DATE], { PRODUCTION_URL })
    expect(ran.code).toBe(1)
    expect(ran.output).toMatch(/production is mysql:\/\/127\.0\.0\.1:1\/another now, and was /)
  })

  it('leaves no data files, and keeps no secret in its logs', async () => {
    const password = new URL(PRODUCTION_URL).password
    const logs = readdirSync(join(home, 'nights')).map((file) =>
      readFileSync(join(home, 'nights', file), 'utf8'),
    )
    expect(logs.join('\n')).toContain('"message":"loaded"')
    expect(logs.join('\n')).not.toContain(password)
  })
})

describe('a night without its source', () => {
  it(
    'says which tables it skips, why, and what would help; the rest is done',
    async () => {
      const alone = join(home, 'alone')
      // Nothing listens on port 1.
      const env = { PRODUCTION_URL: 'mysql://usher:x@127.0.0.1:1/marketplace' }
      // The app is as it was: it need not be synthesized again.
      const made = join(home, 'cdk.out')
      if (existsSync(made)) cpSync(made, join(alone, 'cdk.out'), { recursive: true })
      const args = ['night', '--date', DATE, '--tables', 'dim_date,+sales_by_day']
      const ran = await usher(alone, args, env)
      expect(ran.code).toBe(0)
      expect(lineOf(ran, 'dim_date').at(-1)).toBe('loaded')
      expect(lineOf(ran, 'orders').at(-1)).toBe('skipped')
      expect(lineOf(ran, 'sales_by_day').at(-1)).toBe('skipped')
      expect(ran.output).toContain(
        '\n  nothing answers at 127.0.0.1:1 (ECONNREFUSED): is the server running?\n',
      )
      expect(existsSync(join(alone, 'warehouse.duckdb'))).toBe(true)
    },
    NIGHT,
  )
})

describe('the command line', () => {
  it.each([
    [['nihgt'], 2, "there is no command 'nihgt'"],
    [['night', '--date', 'tomorrow'], 1, "--date 'tomorrow' is no date: write it as 2026-11-23"],
    [['night', '--tables', 'order'], 1, 'no such table: order; did you mean orders?'],
    [['night', '--when', 'now'], 2, "Unknown option '--when'"],
    [['night', 'events'], 1, "'events' is no option: is it --tables events?"],
    [['night', '--tables', ''], 1, '--tables names no table: leave it out for all'],
    [['mirror', 'production'], 1, 'give a source and a table'],
    [['sql', 'select 1', 'x'], 1, 'give one query, in quotes'],
  ])('answers %j with one sentence', async (args, code, sentence) => {
    const ran = await usher(home, args)
    expect(ran.output).toContain(sentence)
    expect(ran.output.trim().split('\n')).toHaveLength(1)
    expect(ran.code).toBe(code)
  })
})
