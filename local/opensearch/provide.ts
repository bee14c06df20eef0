import { reach } from '../reach.ts'
import type { Place, Provided, SourceInfo } from '../sources.ts'
import { readUrl } from '../url.ts'
import { loadSample } from './load.ts'
import { runnable } from './release.ts'
import { startServer } from './server.ts'

/** The user's own cluster, where a URL names one; else the sample's, if it can be had. */
export async function provideElasticsearch(
  source: SourceInfo,
  { variable, url, directory, date, log }: Place,
): Promise<Provided> {
  if (url !== undefined) return ownServer(variable, url)
  if (source.name !== 'search') {
    return { missing: `set ${variable}=https://user:password@host:9200` }
  }
  const [newest] = runnable()
  if (!newest) {
    return {
      missing:
        'OpenSearch needs a Java development kit, and Maven to be fetched. Get both, or name your own:\n' +
        '  sudo apt-get install -y default-jdk-headless maven\n' +
        `  ${variable}=https://user:password@host:9200 npm run night`,
    }
  }
  const { version } = newest.release
  const room = `${directory}/opensearch`
  try {
    const server = await startServer({
      ...{ runnable: newest, jars: `${room}/jars`, data: `${room}/data-${version}`, log },
    })
    try {
      await loadSample(server.url, date, log)
    } catch (error) {
      await server.stop()
      throw new Error(`the sample could not be written: ${error}`, { cause: error })
    }
    return { secret: { url: server.url }, stop: () => server.stop() }
  } catch (error) {
    // It is fetched from afar and wants much memory: the night does without it.
    const form = `${variable}=https://user:password@host:9200 npm run night`
    return { missing: `${(error as Error).message}\nName your own:\n  ${form}` }
  }
}

async function ownServer(variable: string, text: string): Promise<Provided> {
  const form = {
    variable,
    protocols: ['https:', 'http:'],
    example: 'https://user:password@host:9200',
  }
  const url = readUrl(text, form)
  const { protocol, hostname, host, port, pathname, username, password } = url
  const usual = protocol === 'https:' ? 443 : 80
  const problem = await reach(hostname.replace(/^\[(.*)\]$/, '$1'), Number(port || usual))
  if (problem) return { missing: problem }
  const login = {
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
  }
  return { secret: { url: `${protocol}//${host}${pathname}`, ...(username && login) } }
}
