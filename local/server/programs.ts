import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

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
