import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { failureOf, untilAnswer } from '../server/answers.ts'
import { end, tie } from '../server/child.ts'
import { openLog, tailOf } from '../server/log.ts'
import { newPassword } from '../server/password.ts'
import { freePort } from '../server/port.ts'
import { forget, stopStale, takeNote } from '../server/stale.ts'
import { hintOf } from './apparmor.ts'
import { dataDirectory } from './data.ts'
import { findServer, type Installed } from './find.ts'
import { loginSql } from './logins.ts'
import { serverOptions } from './options.ts'

export { findServer } from './find.ts'

export interface ServerOptions {
  /** Where the server keeps its data and its log; made if it is not there. */
  readonly dir: string
  /** The database of the URLs; it need not exist yet. */
  readonly database?: string
  /** A free one unless said. */
  readonly port?: number
  readonly server?: Installed
  readonly log?: (sentence: string) => void
  /** More of the server's own options: `--ssl-cert=…`. */
  readonly args?: readonly string[]
}

export interface Server {
  readonly port: number
  /** Of `usher`, who may SELECT from the database and nothing else. */
  readonly url: string
  /** Of `admin`, who may do everything: for those who write the data. */
  readonly adminUrl: string
  stop(): Promise<void>
}

/** Starts the installed server on 127.0.0.1, with new passwords; it ends with this process. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const server = options.server ?? findServer()
  if (!server) throw new Error('no MariaDB or MySQL server is installed')
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true })
  await stopStale(dir)
  const data = await dataDirectory(server, dir, options.log ?? (() => {}))
  for (let tries = 1; ; tries++) {
    try {
      return await launch(server, {
        ...options,
        dir,
        data,
        port: options.port ?? (await freePort()),
      })
    } catch (error) {
      // Between finding a port free and using it, another process may have taken it.
      const taken = /bind on TCP\/IP port/i.test(String(error))
      if (!taken || options.port !== undefined || tries === 3) throw error
    }
  }
}

interface Launch {
  readonly dir: string
  readonly data: string
  readonly port: number
  readonly database?: string
  readonly args?: readonly string[]
}

async function launch(server: Installed, options: Launch): Promise<Server> {
  const { dir, data, port, database = 'marketplace', args = [] } = options
  const [password, adminPassword] = [newPassword(), newPassword()]
  // The path of a socket may have 107 bytes at most, so it can't be in `dir`.
  const socketFolder = mkdtempSync(join(tmpdir().length < 70 ? tmpdir() : '/tmp', 'usher-mysql-'))
  const initFile = join(socketFolder, 'users.sql')
  writeFileSync(initFile, loginSql(database, password, adminPassword), { mode: 0o600 })
  const log = openLog(join(dir, 'server.log'))
  // A group of its own, or the terminal's Ctrl-C would end it before its user is done.
  const child = spawn(
    server.mysqld,
    [...serverOptions({ data, port, socketFolder, initFile }), ...args],
    {
      cwd: dir,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    },
  )
  log.close()
  const failure = failureOf(child)
  child.once('exit', () => forget(dir))
  tie(child, () => rmSync(socketFolder, { recursive: true, force: true }))
  if (child.pid) {
    const mark = `--datadir=${dir}/`
    takeNote(dir, { server: child.pid, program: process.pid, mark, socketFolder })
  }

  const urlOf = (user: string, word: string) => `mysql://${user}:${word}@127.0.0.1:${port}`
  try {
    const ask = async () => (await createConnection(urlOf('admin', adminPassword))).end()
    await untilAnswer(ask, failure, 60)
  } catch (error) {
    await end(child)
    const why = error instanceof Error ? error.message : error
    const anew = `(rm -rf '${dir}' makes all anew)`
    const rest = `${tailOf(log.file)}${hintOf(server, log.file)}`
    throw new Error(`${server.mysqld} did not start: ${why} ${anew}${rest}`, { cause: error })
  }
  rmSync(initFile, { force: true })
  return {
    port,
    url: `${urlOf('usher', password)}/${database}`,
    adminUrl: urlOf('admin', adminPassword),
    stop: () => end(child),
  }
}
