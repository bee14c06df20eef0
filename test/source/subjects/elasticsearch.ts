import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { elasticsearch, integer, mirror, smallint, varchar } from '#lib'
import { type Runnable, runnable } from '../../../local/opensearch/release.ts'
import { type Server, startServer } from '../../../local/opensearch/server.ts'
import { startFront } from '../front.ts'
import type { Subject, Server as TestServer } from '../subject.ts'

/** Jars stay from one run of the tests to the next. */
const JARS = 'node_modules/.cache/opensearch'

/** An empty server. */
export async function serveOpenSearch(runnable: Runnable): Promise<Server> {
  const data = mkdtempSync(join(tmpdir(), 'usher-opensearch-test-'))
  const server = await startServer({ runnable, jars: JARS, data })
  return {
    ...server,
    async stop() {
      await server.stop()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** Asks a server with none of our own code. */
export async function ask(
  url: string,
  method: string,
  path: string,
  body?: object | string,
): Promise<Record<string, object>> {
  const isBulk = typeof body === 'string'
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': isBulk ? 'application/x-ndjson' : 'application/json' },
    body: isBulk ? body : JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok || text.includes('"errors":true')) throw new Error(text.slice(0, 500))
  return JSON.parse(text)
}

/** Writes documents, each given as its `_id` and its JSON, to an index of so many shards. */
export async function fill(
  url: string,
  index: string,
  shards: number,
  documents: Iterable<readonly [id: string, json: string]>,
): Promise<void> {
  const settings = { number_of_shards: shards, number_of_replicas: 0, refresh_interval: -1 }
  // That the fields can't be searched saves most of the time.
  await ask(url, 'PUT', `/${index}`, { settings, mappings: { dynamic: false } })
  let lines = ''
  const send = async () => {
    if (lines !== '') await ask(url, 'POST', `/${index}/_bulk`, lines)
    lines = ''
  }
  for (const [id, json] of documents) {
    lines += `{"index":{"_id":"${id}"}}\n${json}\n`
    if (lines.length > 3_000_000) await send()
  }
  await send()
  await ask(url, 'POST', `/${index}/_refresh`)
}

const columns = { id: integer().primaryKey(), text: varchar(600) }

function subjectOf(runnable: Runnable): Subject {
  const name = `opensearch-${runnable.release.version}`
  // A secret is read once: no two servers may share its name.
  const [right, wrong] = [`${name}/right`, `${name}/wrong`]
  const cluster = elasticsearch('cluster', { secret: right })
  const refusing = elasticsearch('cluster', { secret: wrong })
  return {
    name,
    whole: mirror(cluster.documents({ index: 'whole' }), { name: 'whole', columns }),
    broken: mirror(cluster.documents({ index: 'broken' }), {
      name: 'broken',
      columns: { id: integer().primaryKey(), seats: smallint() },
    }),
    complaint:
      /^broken\.seats: '70000' .*in the row with id '777'; at the document no-777 of broken$/,
    refused: mirror(refusing.documents({ index: 'whole' }), { name: 'refused', columns }),
    refusal: /^cluster: the server refuses the user or its password \(401/,
    serve: (rows) => serve(runnable, rows, { right, wrong }),
  }
}

async function serve(
  runnable: Runnable,
  rows: number,
  names: { readonly right: string; readonly wrong: string },
): Promise<TestServer> {
  const server = await serveOpenSearch(runnable)
  await fill(server.url, 'whole', 2, wholes(rows))
  await fill(server.url, 'broken', 1, brokens())
  const proxy = await startFront(server.url)
  const right = `Basic ${Buffer.from('usher:a:b€').toString('base64')}`
  proxy.answer = ({ headers }, ask) => {
    if (headers.authorization === right) return ask()
    return { status: 401, body: '{"error":{"type":"security_exception"},"status":401}' }
  }
  const login = { url: proxy.url, username: 'usher', password: 'a:b€' }
  return {
    secrets: { [names.right]: login, [names.wrong]: { ...login, password: 'wrong' } },
    connections: proxy.connections,
    cut: proxy.cut,
    tries: () => proxy.heard.length,
    async stop() {
      await proxy.stop()
      await server.stop()
    },
  }
}

function* wholes(rows: number): Generator<[string, string]> {
  // Digits of chance hardly compress: the files are large too.
  for (let id = 0; id < rows; id++) {
    yield [`no-${id}`, `{"id":${id},"text":"${randomBytes(300).toString('hex')}"}`]
  }
}

function* brokens(): Generator<[string, string]> {
  for (let id = 1; id <= 2000; id++) {
    yield [`no-${id}`, `{"id":${id},"seats":${id === 777 ? 70_000 : id}}`]
  }
}

/** One for each release that can be run here: they are read in different ways. */
export const opensearchSubjects: readonly Subject[] = runnable().map(subjectOf)
