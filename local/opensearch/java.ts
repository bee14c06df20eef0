import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** A Java development kit that is installed here. */
export interface Java {
  readonly home: string
  /** `17` */
  readonly version: number
}

/** Folders of which each holds development kits, by their names. */
const SHELVES = ['/usr/lib/jvm', '/usr/local/opt', '/opt/homebrew/opt']

/** The development kits that are installed, the newest first. */
export function findJava(): Java[] {
  const homes = [
    process.env.JAVA_HOME ?? '',
    ...onPath('javac').map((program) => dirname(dirname(program))),
    ...SHELVES.filter(existsSync).flatMap((shelf) =>
      readdirSync(shelf).map((name) => join(shelf, name)),
    ),
  ]
  const real = new Set(homes.filter(isKit).map((home) => realpathSync(home)))
  return [...real].flatMap(recognise).sort((a, b) => b.version - a.version)
}

const isKit = (home: string): boolean => home !== '' && existsSync(join(home, 'bin', 'javac'))

function recognise(home: string): Java[] {
  const file = join(home, 'release')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const version = /^JAVA_VERSION="(\d+)/m.exec(text)?.[1]
  return version ? [{ home, version: Number(version) }] : []
}

/** The programs of a name on PATH, where they really are. */
export function onPath(name: string): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders
    .map((folder) => join(folder, name))
    .filter(existsSync)
    .map((program) => realpathSync(program))
}
