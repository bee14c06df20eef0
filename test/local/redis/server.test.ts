import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from '@jest/globals'
import { provideRedis } from '../../../local/redis/provide.ts'
import { findRedis, startRedis } from '../../../local/redis/server.ts'

const installed = findRedis() !== undefined
if (!installed) console.warn('No Redis is installed: the tests of its server are skipped')
const suite = installed ? describe : describe.skip

suite('the Redis of the sample', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const alive = (pid: number): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
    } catch {
      return false
    }
  }
  const pidIn = (dir: string): number =>
    JSON.parse(readFileSync(join(dir, 'server.json'), 'utf8')).server

  /** Another program that starts a server and waits. */
  async function program(dir: string) {
    const door = new URL('../../../local/redis/server.ts', import.meta.url)
    const code = `import { startRedis } from '${door}'
      await startRedis({ dir: ${JSON.stringify(dir)} })
      console.log('started')
      setInterval(() => {}, 1000)`
    const child = spawn('node', ['--input-type=module', '--eval', code], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    return child
  }

  it('ends with its program', async () => {
    const dir = join(folder, 'ends')
    const child = await program(dir)
    const pid = pidIn(dir)
    child.kill('SIGINT')
    await once(child, 'exit')
    for (let tenths = 0; alive(pid) && tenths < 50; tenths++) await sleep(100)
    expect(alive(pid)).toBe(false)
  })

  it('takes the place of one whose program has crashed', async () => {
    const dir = join(folder, 'crashed')
    const child = await program(dir)
    const pid = pidIn(dir)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(alive(pid)).toBe(true)
    const server = await startRedis({ dir })
    expect(pidIn(dir)).not.toBe(pid)
    expect(alive(pid)).toBe(false)
    await server.stop()
  })

  it('says why it did not start, with the end of its log', async () => {
    const starting = startRedis({ dir: join(folder, 'broken'), settings: ['nonsense yes'] })
    await expect(starting).rejects.toThrow(/did not start: it ended with 1; its log .*nonsense/s)
  })

  it('says what is wrong with a URL', async () => {
    const provided = (url: string) => {
      const place = { variable: 'SIXPACK_URL', url, directory: folder, date: '', log: () => {} }
      return provideRedis({ name: 'sixpack', kind: 'redis' }, place)
    }
    await expect(provided('http://127.0.0.1:6379')).rejects.toThrow(
      'SIXPACK_URL is not of the form redis://user:password@host:6379/0',
    )
    expect(await provided('redis://127.0.0.1:1/0')).toEqual({
      missing: expect.stringContaining('nothing answers at 127.0.0.1:1 (ECONNREFUSED)'),
    })
  })

  it('is reached as the URL of a user says', async () => {
    const server = await startRedis({ dir: join(folder, 'own') })
    const url = `redis://us%40er:pass%2Fword@localhost:${server.port}/15`
    const place = { variable: 'SIXPACK_URL', url, directory: folder, date: '', log: () => {} }
    expect(await provideRedis({ name: 'sixpack', kind: 'redis' }, place)).toEqual({
      secret: {
        ...{ host: 'localhost', port: server.port, username: 'us@er', password: 'pass/word' },
        ...{ database: 15, tls: false },
      },
    })
    await server.stop()
  })
})
