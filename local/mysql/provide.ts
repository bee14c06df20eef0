import { reach } from '../reach.ts'
import { secretOf } from '../services/secrets.ts'
import type { Place, Provided, SourceInfo } from '../sources.ts'
import { readUrl } from '../url.ts'
import { startMarketplace } from './index.ts'

/** The user's own MySQL, where a URL names one; else the sample's, if a server is installed. */
export async function provideMysql(
  source: SourceInfo,
  { variable, url, directory, log }: Place,
): Promise<Provided> {
  if (url !== undefined) return ownServer(variable, url)
  if (source.name !== 'production')
    return { missing: `set ${variable}=mysql://user:password@host/db` }
  const server = await startMarketplace({ dir: `${directory}/mysql`, log })
  if (server) return { secret: secretOf(new URL(server.url)), stop: () => server.stop() }
  return {
    missing:
      'no MySQL or MariaDB is installed. Get one, or name your own:\n' +
      '  sudo apt-get install -y mariadb-server\n' +
      `  ${variable}=mysql://user:password@host:3306/db npm run night`,
  }
}

async function ownServer(variable: string, text: string): Promise<Provided> {
  const example = 'mysql://user:password@host:3306/db'
  const url = readUrl(text, { variable, protocols: ['mysql:', 'mariadb:'], example, path: /^\/./ })
  const problem = await reach(url.hostname, Number(url.port || 3306))
  return problem ? { missing: problem } : { secret: secretOf(url) }
}
