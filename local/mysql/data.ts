import { spawn } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openLog, tailOf } from '../server/log.ts'
import { hintOf } from './apparmor.ts'
import type { Installed } from './find.ts'

/** The options that let a server run as root, which it refuses unless asked. */
export const asUser = (): string[] => (process.getuid?.() === 0 ? ['--user=root'] : [])

/**
 * The data directory of this server below `dir`, made if it is not there. The name says which
 * server made it, as another could not read it.
 */
export async function dataDirectory(
  server: Installed,
  dir: string,
  log: (sentence: string) => void,
): Promise<string> {
  const name = `${server.flavor}-${server.version}`
  if (existsSync(join(dir, name))) return join(dir, name)
  for (const old of readdirSync(dir)) {
    if (/^(mariadb|mysql)-/.test(old)) rmSync(join(dir, old), { recursive: true, force: true })
  }
  log(`initialising ${server.flavor === 'mariadb' ? 'MariaDB' : 'MySQL'} ${server.version}`)
  // Only the rename makes it count: what an interrupted run leaves behind has another name.
  const unfinished = `${name}.unfinished`
  const logFile = await run(server, dir, unfinished)
  if (!existsSync(join(dir, unfinished, 'mysql'))) {
    throw new Error(`${server.mysqld} made no system tables in ${dir}${tailOf(logFile)}`)
  }
  renameSync(join(dir, unfinished), join(dir, name))
  return join(dir, name)
}

// mariadb-install-db is a shell script that splits a path at its blanks, hence the relative one.
function run(server: Installed, dir: string, name: string): Promise<string> {
  const [program, ...args] = server.installDb
    ? [server.installDb, '--no-defaults', `--datadir=./${name}`, '--skip-test-db']
    : [server.mysqld, '--no-defaults', '--initialize-insecure', `--datadir=${join(dir, name)}`]
  const log = openLog(join(dir, 'initialise.log'))
  // A server that starts deletes what others have in the same folder for temporary tables.
  const child = spawn(program, [...args, ...asUser()], {
    cwd: dir,
    env: { ...process.env, TMPDIR: dir },
    stdio: ['ignore', log.fd, log.fd],
  })
  log.close()
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (code === 0) return resolve(log.file)
      const why = `${program} ended with ${signal ?? code}`
      // MariaDB's script ends with 20 lines on where to look, after the line that says why.
      reject(new Error(`${why}${tailOf(log.file, 30)}${hintOf(server, log.file)}`))
    })
  })
}
