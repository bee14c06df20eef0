import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createConnection } from 'mysql2/promise'
import { type Marketplace, startMarketplace } from '../../../local/mysql/index.ts'
import { sample } from '../../../local/mysql/sample.ts'
import { findServer, startServer } from '../../../local/mysql/server.ts'

const installed = findServer()
if (!installed) {
  console.warn('The marketplace is not tested: neither MariaDB nor MySQL is installed.')
}
const whereInstalled = installed ? describe : describe.skip

async function rows(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const connection = await createConnection({
    uri: url,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  })
  try {
    return (await connection.query(sql))[0] as Record<string, unknown>[]
  } finally {
    await connection.end()
  }
}

whereInstalled('the marketplace', () => {
  // A folder whose name has a blank, as a home directory's may.
  const folder = mkdtempSync(join(tmpdir(), 'usher test-'))
  const dir = join(folder, 'mysql')
  const told: string[] = []
  let running: Marketplace | undefined
  const start = async (): Promise<Marketplace> => {
    const started = await startMarketplace({ dir, log: (sentence) => told.push(sentence) })
    if (!started) throw new Error('no server')
    running = started
    return started
  }
  const query = (sql: string) => rows(running?.url ?? '', sql)

  beforeAll(async () => {
    // What a run leaves that was interrupted while it made the data directory.
    mkdirSync(join(dir, `${installed?.flavor}-${installed?.version}.unfinished`, 'mysql'), {
      recursive: true,
    })
    await start()
  }, 60_000)

  afterAll(async () => {
    await running?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('holds every row of every table', async () => {
    const made = Object.entries(sample).map(([table, make]) => [table, [...make()].length])
    const held = await Promise.all(
      Object.keys(sample).map(async (table) => {
        const [row] = await query(`SELECT count(*) AS n FROM \`${table}\``)
        return [table, Number(row?.n)]
      }),
    )
    expect(held).toEqual(made)
    expect(Object.fromEntries(held)).toMatchObject({ users: 20_000, orders: 120_000 })
  }, 30_000)

  it('tells what it does in short sentences', () => {
    expect(told[0]).toMatch(/^initialising (MariaDB|MySQL) \d+\.\d+$/)
    expect(told).toContain('writing 120,000 orders')
  })

  it('keeps every digit of ids beyond 2^53', async () => {
    const sql = 'SELECT id FROM orders WHERE id > 9007199254740992 ORDER BY id LIMIT 3'
    expect(await query(sql)).toEqual([
      { id: '9007199254740993' },
      { id: '9007199254740994' },
      { id: '9007199254740995' },
    ])
  })

  it('holds text as it was typed', async () => {
    const held = new Set(
      (await query('SELECT DISTINCT hex(note) AS note FROM orders')).map((r) => r.note),
    )
    const note = [...sample.orders()].map((row) => row[10])
    const typed = new Set(
      note.map((text) =>
        text === null ? null : Buffer.from(String(text)).toString('hex').toUpperCase(),
      ),
    )
    expect(held).toEqual(typed)
  })

  it('agrees with itself: nobody buys what is not for sale yet, or any more', async () => {
    const [row] = await query(`
      SELECT count(*) AS n, sum(o.event_id <> l.event_id) + sum(o.ordered_at < l.created_at)
             + sum(o.ordered_at > e.starts_at) + sum(o.ordered_at < u.created_at) AS wrong,
             greatest(max(o.updated_at), (SELECT max(created_at) FROM listings)) < '2026-11-25' AS past
      FROM orders o JOIN listings l ON l.id = o.listing_id JOIN events e ON e.id = o.event_id
      JOIN users u ON u.id = o.user_id`)
    expect([row?.n, row?.wrong, row?.past].map(Number)).toEqual([120_000, 0, 1])
  }, 30_000)

  it('may only be read', async () => {
    for (const sql of ['DELETE FROM users', 'CREATE TABLE t (i int)', 'DROP TABLE orders']) {
      await expect(query(sql)).rejects.toThrow(/denied/)
    }
    expect((await query('SHOW DATABASES')).map((row) => row.Database)).not.toContain('mysql')
  })

  it('refuses a second user of the same directory', async () => {
    await expect(startServer({ dir })).rejects.toThrow(`is in use by process ${process.pid}`)
  })

  it('leaves no socket behind, and starts again at once on the data it has', async () => {
    const { socketFolder } = JSON.parse(readFileSync(join(dir, 'server.json'), 'utf8'))
    expect(readdirSync(socketFolder)).toContain('mysql.sock')
    expect(readdirSync(socketFolder)).not.toContain('users.sql')
    await running?.stop()
    expect(existsSync(socketFolder)).toBe(false)
    told.length = 0
    const started = performance.now()
    await start()
    expect(performance.now() - started).toBeLessThan(3000)
    expect(told).toEqual([])
    expect(await query('SELECT count(*) AS n FROM listings')).toEqual([{ n: expect.anything() }])
  })

  it('writes the sample anew when it was not written whole', async () => {
    await running?.stop()
    const server = await startServer({ dir })
    await rows(server.adminUrl, 'DELETE FROM usher_sample.loaded')
    await rows(server.adminUrl, 'DROP TABLE marketplace.orders')
    await server.stop()
    told.length = 0
    await start()
    expect(told).toContain('writing 120,000 orders')
    expect(Number((await query('SELECT count(*) AS n FROM orders'))[0]?.n)).toBe(120_000)
  }, 60_000)
})

whereInstalled('the server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const alive = (pid: number): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
    } catch {
      return false
    }
  }
  const noteIn = (dir: string) => JSON.parse(readFileSync(join(dir, 'server.json'), 'utf8'))
  const pidIn = (dir: string): number => noteIn(dir).server

  /** Another program that starts a server and waits. */
  async function program(dir: string) {
    const door = new URL('../../../local/mysql/server.ts', import.meta.url)
    const code = `import { startServer } from '${door}'
      await startServer({ dir: ${JSON.stringify(dir)} })
      console.log('started')
      setInterval(() => {}, 1000)`
    const child = spawn('node', ['--input-type=module', '--eval', code], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    return child
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with its program, by %s',
    async (signal) => {
      const dir = join(folder, signal)
      const child = await program(dir)
      const pid = pidIn(dir)
      child.kill(signal)
      expect(await once(child, 'exit')).toEqual([null, signal])
      for (let tenths = 0; alive(pid) && tenths < 50; tenths++) await sleep(100)
      expect(alive(pid)).toBe(false)
    },
    20_000,
  )

  it('takes the place of one whose program has crashed', async () => {
    const dir = join(folder, 'crashed')
    const child = await program(dir)
    const { server: pid, socketFolder } = noteIn(dir)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const server = await startServer({ dir })
    expect(pidIn(dir)).not.toBe(pid)
    expect(alive(pid)).toBe(false)
    expect(existsSync(socketFolder)).toBe(false)
    await server.stop()
  }, 20_000)

  it('says why it did not start, with the end of its log', async () => {
    const dir = join(folder, 'broken')
    await (await startServer({ dir })).stop()
    const data = join(dir, `${installed?.flavor}-${installed?.version}`)
    rmSync(join(data, 'ibdata1'))
    mkdirSync(join(data, 'ibdata1'))
    const starting = startServer({ dir })
    await expect(starting).rejects.toThrow(
      /did not start: it ended with \S+ \(.+\); its log .+ ends with\n/,
    )
    await expect(starting).rejects.toThrow(/ERROR/)
  }, 20_000)

  it('may be told its port, and says when that is taken', async () => {
    const { freePort } = await import('../../../local/server/port.ts')
    const port = await freePort()
    const server = await startServer({ dir: join(folder, 'port'), port })
    expect(server.port).toBe(port)
    expect(new URL(server.url).port).toBe(`${port}`)
    await expect(startServer({ dir: join(folder, 'port 2'), port })).rejects.toThrow(/Bind on TCP/)
    await server.stop()
  })
})
