import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { visitsOn } from '../../../local/activity/visits.ts'
import { findJava } from '../../../local/opensearch/java.ts'
import { loadSample } from '../../../local/opensearch/load.ts'
import { provideElasticsearch } from '../../../local/opensearch/provide.ts'
import { type Runnable, runnable } from '../../../local/opensearch/release.ts'
import { searchesOn } from '../../../local/opensearch/sample.ts'
import type { Server } from '../../../local/opensearch/server.ts'
import { ask, serveOpenSearch } from '../../source/subjects/elasticsearch.ts'

const DATE = '2026-11-23'
const source = { name: 'search', kind: 'elasticsearch', secret: 'usher/search' }

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'usher-test-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const place = (url?: string) => ({
  ...{ variable: 'SEARCH_URL', url, directory, date: DATE, log: () => {} },
})

it('finds a development kit that JAVA_HOME names, and what it can run', () => {
  const home = join(directory, 'jdk')
  mkdirSync(join(home, 'bin'), { recursive: true })
  writeFileSync(join(home, 'bin', 'javac'), '')
  writeFileSync(join(home, 'release'), 'IMPLEMENTOR="X"\nJAVA_VERSION="99.0.1"\n')
  const before = process.env.JAVA_HOME
  process.env.JAVA_HOME = home
  try {
    expect(findJava()[0]).toEqual({ home, version: 99 })
  } finally {
    if (before === undefined) delete process.env.JAVA_HOME
    else process.env.JAVA_HOME = before
  }
})

it('takes the cluster that a URL names, and says what is wrong with the URL', async () => {
  const server = createServer()
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
  const own = (login: string) =>
    provideElasticsearch(source, place(`http://${login}127.0.0.1:${port}`))
  const url = `http://127.0.0.1:${port}/`
  expect(await own('')).toEqual({ secret: { url } })
  expect(await own('us%40er:pa%3Ass@')).toEqual({
    secret: { url, username: 'us@er', password: 'pa:ss' },
  })
  server.close()
  expect(await own('')).toMatchObject({ missing: expect.stringContaining('nothing answers at') })
  await expect(provideElasticsearch(source, place('redis://127.0.0.1'))).rejects.toThrow(
    'SEARCH_URL is not of the form https://user:password@host:9200',
  )
  expect(await provideElasticsearch({ ...source, name: 'other' }, place())).toMatchObject({
    missing: expect.stringContaining('SEARCH_URL='),
  })
})

it('makes a document of each search, by whoever made it', () => {
  const visits = [...visitsOn(DATE)].filter(({ searches }) => searches.length > 0)
  const documents = [...searchesOn(DATE)]
  expect(documents.length).toBe(visits.reduce((sum, { searches }) => sum + searches.length, 0))
  const [visit] = visits
  expect(documents[0]).toMatchObject({
    id: visit?.searches[0]?.id,
    visitor: visit?.visitor,
    total: visit?.searches[0]?.found.length,
  })
  expect(documents.every(({ searched_at }) => searched_at.startsWith(DATE))).toBe(true)
})

const [newest] = runnable()
if (!newest) console.warn('No Java or no Maven is installed: the sample is not tried in OpenSearch')
const suite = newest ? describe : describe.skip

suite('the searches in OpenSearch', () => {
  let server: Server
  beforeAll(async () => {
    server = await serveOpenSearch(newest as Runnable)
  }, 120_000)
  afterAll(() => server?.stop())

  it('are there for seven days, and are written once', async () => {
    const said: string[] = []
    const load = () => loadSample(server.url, DATE, (sentence) => said.push(sentence))
    await load()
    expect(said.length).toBe(7)
    const count = await ask(server.url, 'GET', '/searches-2026.11.17/_count')
    expect(count).toMatchObject({ count: [...searchesOn('2026-11-17')].length })
    const [first] = [...searchesOn('2026-11-17')]
    expect(await ask(server.url, 'GET', `/searches-2026.11.17/_source/${first?.id}`)).toEqual(first)
    await load()
    expect(said.length).toBe(7)
  }, 60_000)
})
