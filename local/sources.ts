import { connect } from 'node:net'
import { join } from 'node:path'
import { startMarketplace } from './mysql/index.ts'
import { secretOf } from './services/secrets.ts'

/** A source as the warehouse declares it. */
export interface SourceInfo {
  readonly name: string
  readonly kind: string
  readonly secret?: string
}

/** A source that a night can read: what its secret says; or why it cannot be had. */
export type Provided =
  | { readonly secret: object; readonly stop?: () => Promise<void> }
  | { readonly missing: string }

interface Options {
  /** Where servers that are started here keep their data. */
  readonly directory: string
  readonly log: (sentence: string) => void
}

/** The variable that names a user's own server: `PRODUCTION_URL`. */
export const variableOf = (source: SourceInfo): string =>
  `${source.name.toUpperCase().replaceAll(/\W/g, '_')}_URL`

/** The user's own server, where the environment names one; else the sample's, if it can be started. */
export async function provide(source: SourceInfo, options: Options): Promise<Provided> {
  const variable = variableOf(source)
  const url = process.env[variable]
  if (source.kind !== 'mysql') return { missing: `a night here knows no ${source.kind}` }
  if (url) return ownServer(variable, url)
  if (source.name !== 'production')
    return { missing: `set ${variable}=mysql://user:password@host/db` }
  const server = await startMarketplace({ dir: join(options.directory, 'mysql'), log: options.log })
  if (server) return { secret: secretOf(new URL(server.url)), stop: () => server.stop() }
  return {
    missing:
      'no MySQL or MariaDB is installed. Get one, or name your own:\n' +
      '  sudo apt-get install -y mariadb-server\n' +
      `  ${variable}=mysql://user:password@host:3306/db npm run night`,
  }
}

async function ownServer(variable: string, text: string): Promise<Provided> {
  if (!URL.canParse(text) || !/^(mysql|mariadb):$/.test(new URL(text).protocol)) {
    return { missing: `${variable} is not of the form mysql://user:password@host:3306/db` }
  }
  const url = new URL(text)
  const port = Number(url.port || 3306)
  const problem = await reach(url.hostname, port)
  if (problem) {
    return {
      missing: `nothing answers at ${url.hostname}:${port} (${problem}): is the server running?`,
    }
  }
  return { secret: secretOf(url) }
}

function reach(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5000 })
    const settle = (problem?: string) => {
      socket.destroy()
      resolve(problem)
    }
    socket.once('connect', () => settle())
    socket.once('timeout', () => settle('no answer in 5 seconds'))
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
  })
}
