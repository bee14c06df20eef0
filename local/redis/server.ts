import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { failureOf, untilAnswer } from '../server/answers.ts'
import { end, tie } from '../server/child.ts'
import { openLog, tailOf } from '../server/log.ts'
import { newPassword } from '../server/password.ts'
import { freePort } from '../server/port.ts'
import { places, programs } from '../server/programs.ts'
import { forget, stopStale, takeNote } from '../server/stale.ts'
import { connectRedis } from './resp.ts'

/** The `redis-server` that is installed, undefined if there is none. */
export const findRedis = (folders = places()): string | undefined =>
  programs('redis-server', folders).find(
    (program) => spawnSync(program, ['--version']).status === 0,
  )

export interface RedisServerOptions {
  /** Where the server keeps its log; made if it is not there. */
  readonly dir: string
  /** What `usher` may do, as an ACL says it; reading anything unless said. */
  readonly acl?: string
  /** A free one unless said. */
  readonly port?: number
  /** More lines of a redis.conf. */
  readonly settings?: readonly string[]
}

export interface RedisServer {
  readonly port: number
  /** Of `usher`, who may read. */
  readonly url: string
  /** Of `admin`, who may do everything. */
  readonly adminUrl: string
  stop(): Promise<void>
}

/** The rights that reading needs, and `select` for another database than 0. */
export const READER = '+@read -@dangerous +select'

/**
 * Starts the installed Redis on 127.0.0.1, empty, with new passwords. It keeps everything in memory
 * and ends with this process.
 */
export async function startRedis(options: RedisServerOptions): Promise<RedisServer> {
  const program = findRedis()
  if (!program) throw new Error('no redis-server is installed')
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true })
  await stopStale(dir)
  for (let tries = 1; ; tries++) {
    try {
      return await launch(program, dir, options.port ?? (await freePort()), options)
    } catch (error) {
      // Between finding a port free and using it, another process may have taken it.
      const taken = /address already in use/i.test(String(error))
      if (!taken || options.port !== undefined || tries === 3) throw error
    }
  }
}

async function launch(
  program: string,
  dir: string,
  port: number,
  { acl = `~* ${READER}`, settings = [] }: RedisServerOptions,
): Promise<RedisServer> {
  const [password, adminPassword] = [newPassword(), newPassword()]
  const log = openLog(join(dir, 'server.log'))
  // A group of its own, or the terminal's Ctrl-C would end it before its user is done.
  const child = spawn(program, ['-'], {
    cwd: dir,
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
  })
  log.close()
  const failure = failureOf(child)
  child.once('exit', () => forget(dir))
  tie(child, () => {})
  // Redis writes its address over its command line.
  const mark = `127.0.0.1:${port}`
  if (child.pid) takeNote(dir, { server: child.pid, program: process.pid, mark })
  // The passwords come by standard input, where no other process sees them.
  child.stdin?.on('error', () => {})
  child.stdin?.end(
    [
      `port ${port}`,
      'bind 127.0.0.1',
      'save ""',
      'appendonly no',
      'user default off',
      `user admin on >${adminPassword} ~* &* +@all`,
      `user usher on >${password} ${acl}`,
      ...settings,
      '',
    ].join('\n'),
  )
  const urlOf = (user: string, word: string) => `redis://${user}:${word}@127.0.0.1:${port}`
  const adminUrl = urlOf('admin', adminPassword)
  try {
    const ask = async () => (await connectRedis(new URL(adminUrl))).close()
    await untilAnswer(ask, failure, 30)
  } catch (error) {
    await end(child)
    const why = error instanceof Error ? error.message : error
    throw new Error(`${program} did not start: ${why}${tailOf(log.file)}`, { cause: error })
  }
  return { port, url: urlOf('usher', password), adminUrl, stop: () => end(child) }
}
