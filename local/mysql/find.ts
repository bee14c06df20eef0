import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A database server that is installed here. */
export interface Installed {
  readonly flavor: 'mariadb' | 'mysql'
  /** The first two numbers: `10.11`. */
  readonly version: string
  readonly mysqld: string
  /** What makes a data directory; MySQL's server does that itself. */
  readonly installDb?: string
}

/** Where servers are kept that many a PATH lacks. */
const BESIDE_PATH = [
  '/usr/sbin',
  '/usr/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/libexec',
  '/usr/local/mysql/bin',
  '/opt/homebrew/bin',
  ...['mariadb', 'mysql'].flatMap((name) => [
    `/opt/homebrew/opt/${name}/bin`,
    `/usr/local/opt/${name}/bin`,
  ]),
]

/** The folders in which a server is looked for, the PATH's first. */
export const places = (path = process.env.PATH ?? ''): string[] => [
  ...new Set([...path.split(delimiter).filter(Boolean), ...BESIDE_PATH]),
]

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

/** The programs of a name, by folder. */
export function programs(name: string, folders: readonly string[]): string[] {
  return folders.map((folder) => join(folder, name)).filter(isProgram)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
