import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sampleVersion } from '../mysql/load.ts'
import { indexOf, mappings, searchesOn } from './sample.ts'

const DAYS = 7

/** Writes the searches of a day and of the six before it, where they are not there. */
export async function loadSample(
  url: string,
  date: string,
  log: (sentence: string) => void,
): Promise<void> {
  const version = versionOf()
  for (let back = 0; back < DAYS; back++) {
    const day = new Date(Date.parse(date) - back * 86_400_000).toISOString().slice(0, 10)
    const index = `${url}/${indexOf(day)}`
    if ((await madeBy(index)) === version) continue
    await send('DELETE', `${index}?ignore_unavailable=true`)
    const settings = { number_of_shards: 2, number_of_replicas: 0 }
    await send('PUT', index, JSON.stringify({ settings, mappings }))
    const documents = [...searchesOn(day)]
    log(`writing ${documents.length.toLocaleString('en')} searches of ${day}`)
    const lines = documents.map(
      (document) => `{"index":{"_id":"${document.id}"}}\n${JSON.stringify(document)}\n`,
    )
    const answer = await send('POST', `${index}/_bulk?refresh=true`, lines.join(''))
    if (answer.errors) throw new Error(`the searches of ${day} could not be written`)
    // Written last, it says that all are there.
    await send('PUT', `${index}/_mapping`, JSON.stringify({ _meta: { version } }))
  }
}

type Mapped = Readonly<
  Record<string, { readonly mappings?: { readonly _meta?: { readonly version?: string } } }>
>

async function madeBy(index: string): Promise<string | undefined> {
  const mapped = (await send('GET', `${index}/_mapping?ignore_unavailable=true`)) as Mapped
  return Object.values(mapped)[0]?.mappings?._meta?.version
}

/** A name for what the sample is today: any change of the code that makes it changes the name. */
function versionOf(): string {
  const hash = createHash('sha256').update(sampleVersion())
  for (const file of ['sample.ts', '../activity/visits.ts', '../activity/words.ts']) {
    hash.update(readFileSync(fileURLToPath(new URL(file, import.meta.url))))
  }
  return hash.digest('hex')
}

async function send(method: string, url: string, body?: string): Promise<Record<string, unknown>> {
  const headers = {
    'content-type': body?.includes('\n') ? 'application/x-ndjson' : 'application/json',
  }
  const response = await fetch(url, { method, headers, body })
  if (!response.ok) throw new Error(`${method} ${url}: ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}
