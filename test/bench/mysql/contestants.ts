import { spawnSync } from 'node:child_process'
import { nodeOptions, variables } from '../../../lib/night/environment.ts'
import type { Codec } from '../../../lib/table/origin.ts'
import { EXTRACT_MEGABYTES } from '../../../lib/table/resources.ts'
import { places, programs } from '../../../local/server/programs.ts'
import { bundle } from './bundle.ts'
import type { Look } from './look.ts'
import type { Setting } from './setting.ts'
import { DATABASE } from './table.ts'

/** One way to read the table. */
export interface Contestant {
  /** `usher-zstd` */
  readonly name: string
  /** What people call it: `Usher, zstd`. */
  readonly title: string
  /** What is measured, in Bash. */
  readonly command: string
  readonly env?: Readonly<Record<string, string>>
  /** It is Usher. */
  readonly usher?: true
  /** How to see what it makes, where it does not say so itself. */
  readonly look?: Look
}

/** All that can be had here. Throws where a program is missing that Usher is compared with. */
export function contestantsOf(setting: Setting): Contestant[] {
  return [
    usherOf(setting, { name: 'usher-zstd', title: 'Usher, zstd' }),
    usherOf(setting, { name: 'usher-gzip', title: 'Usher, gzip', codec: 'gzip' }),
    usherOf(setting, { name: 'usher-s3', title: 'Usher, zstd, to S3', s3: true }),
    pipeOf(setting, 'zstd'),
    pipeOf(setting, 'gzip'),
    ...mydumperOf(setting),
    {
      name: 'mysql2',
      title: 'mysql2, csv-stringify, gzip 1',
      command: `${node('objects.ts', setting)} '${setting.url}' 'select * from orders'`,
    },
  ]
}

interface Extract {
  readonly name: string
  readonly title: string
  /** `orders` unless said. */
  readonly table?: string
  /** zstd unless said. */
  readonly codec?: Codec
  /** It writes to S3, and else to nowhere. */
  readonly s3?: boolean
}

/** Usher's extract, in a process as a function has it. */
export function usherOf(setting: Setting, extract: Extract): Contestant {
  const { name, title, table = 'orders', codec = 'zstd', s3 = false } = extract
  const env = {
    NODE_OPTIONS: nodeOptions(EXTRACT_MEGABYTES),
    [variables.compression]: codec,
    ...(s3 && { STAGING_URL: setting.s3Url }),
  }
  return { name, title, command: `${node('usher.ts', setting)} ${table}`, env, usher: true }
}

const node = (file: string, { folder }: Setting): string =>
  `'${process.execPath}' '${bundle(file, folder)}'`

/** The server's own client, and a compressor beside it. */
function pipeOf({ url, flavor }: Setting, codec: Codec): Contestant {
  for (const program of [flavor, codec]) {
    if (!isInstalled(program))
      throw new Error(`${program} is not installed: Usher is compared with it`)
  }
  const { hostname, port, username, password } = new URL(url)
  const plain = flavor === 'mariadb' ? '--skip-ssl' : '--ssl-mode=DISABLED --get-server-public-key'
  const login = `--no-defaults -h ${hostname} -P ${port} -u ${username} ${plain}`
  const query = `--quick --batch --default-character-set=utf8mb4 -e 'select * from orders'`
  const command = `${flavor} ${login} ${query} ${DATABASE} | ${codec} -1`
  return {
    name: `client-${codec}`,
    title: `${flavor} | ${codec} -1`,
    command: `${command} > /dev/null`,
    env: { MYSQL_PWD: password },
    look: { command, codec, begins: /\d/ },
  }
}

/** It writes to a folder and to nothing else; what it compresses with depends on the version. */
function mydumperOf({ url, folder }: Setting): Contestant[] {
  if (!isInstalled('mydumper')) {
    console.error('mydumper is not installed, and is left out: apt-get install -y mydumper')
    return []
  }
  const version = /\d+\.\d+/.exec(outputOf('mydumper --version'))?.[0]
  const codec = /zstd/i.test(outputOf('mydumper --help')) ? 'zstd' : 'gzip'
  const { hostname, port, username, password } = new URL(url)
  const login = `-h ${hostname} -P ${port} -u ${username} -p ${password}`
  const what = `--regex '^${DATABASE}\\.orders$' --no-schemas --no-locks --threads 1`
  const compress = codec === 'zstd' ? '--compress=ZSTD' : '--compress'
  const dump = `${folder}/mydumper`
  const command = `mydumper ${login} ${what} ${compress} -o '${dump}'`
  return [
    {
      name: 'mydumper',
      title: `mydumper ${version}, INSERTs, ${codec}`,
      command,
      look: {
        command: `${command} && cat '${dump}'/${DATABASE}.orders*.sql.*`,
        codec,
        begins: /[(,]/,
      },
    },
  ]
}

const isInstalled = (program: string): boolean => programs(program, places()).length > 0

function outputOf(command: string): string {
  const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' })
  return stdout + stderr
}
