import { spawnSync } from 'node:child_process'
import { places, programs } from '../server/programs.ts'

/** A database server that is installed here. */
export interface Installed {
  readonly flavor: 'mariadb' | 'mysql'
  /** The first two numbers: `10.11`. */
  readonly version: string
  readonly mysqld: string
  /** What makes a data directory; MySQL's server does that itself. */
  readonly installDb?: string
}

/** The MariaDB or MySQL server that is installed, MariaDB first; undefined if there is none. */
export function findServer(folders: readonly string[] = places()): Installed | undefined {
  for (const name of ['mariadbd', 'mysqld']) {
    for (const mysqld of programs(name, folders)) {
      const found = recognise(mysqld, folders)
      if (found) return found
    }
  }
  return undefined
}

function recognise(mysqld: string, folders: readonly string[]): Installed | undefined {
  const { status, stdout } = spawnSync(mysqld, ['--no-defaults', '--version'], { encoding: 'utf8' })
  const version = /\bVer (\d+\.\d+)/.exec(stdout ?? '')?.[1]
  if (status !== 0 || version === undefined) return undefined
  if (!/mariadb/i.test(stdout)) return { flavor: 'mysql', version, mysqld }
  const [installDb] = [
    ...programs('mariadb-install-db', folders),
    ...programs('mysql_install_db', folders),
  ]
  return installDb ? { flavor: 'mariadb', version, mysqld, installDb } : undefined
}
