import { reach } from '../reach.ts'
import type { Place, Provided, SourceInfo } from '../sources.ts'
import { readUrl } from '../url.ts'
import { connectRedis } from './resp.ts'
import { findRedis, READER, startRedis } from './server.ts'
import { sixpackCommands } from './sixpack.ts'

/** The user's own Redis, where a URL names one; else the sample's Sixpack, if one is installed. */
export async function provideRedis(
  source: SourceInfo,
  { variable, url, directory, date, log }: Place,
): Promise<Provided> {
  const form = `${variable}=redis://user:password@host:6379/0`
  if (url !== undefined) return ownServer(variable, url)
  if (source.name !== 'sixpack') return { missing: `set ${form}` }
  if (!findRedis()) {
    return {
      missing:
        'no Redis is installed. Get one, or name your own:\n' +
        '  sudo apt-get install -y redis-server\n' +
        `  ${form} npm run night`,
    }
  }
  const server = await startRedis({ dir: `${directory}/redis`, acl: `~sixpack:* ${READER}` })
  try {
    log('writing the experiments')
    const wire = await connectRedis(new URL(server.adminUrl))
    await wire.send(sixpackCommands(date))
    wire.close()
  } catch (error) {
    await server.stop()
    throw new Error(`the sample could not be written: ${error}`, { cause: error })
  }
  return { secret: redisSecret(new URL(server.url)), stop: server.stop }
}

async function ownServer(variable: string, text: string): Promise<Provided> {
  const url = readUrl(text, {
    ...{ variable, protocols: ['redis:', 'rediss:'], path: /^(\/\d*)?$/ },
    example: 'redis://user:password@host:6379/0, or rediss:// for TLS',
  })
  const { host, port } = redisSecret(url)
  const problem = await reach(host, port)
  return problem ? { missing: problem } : { secret: redisSecret(url) }
}

/** The secret that says what a URL says. */
export function redisSecret(url: URL) {
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 6379),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    database: Number(url.pathname.slice(1)),
    ...(url.protocol === 'redis:' && { tls: false }),
  }
}
