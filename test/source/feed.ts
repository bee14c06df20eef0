import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { Failure, transient } from '../../lib/error.ts'
import { readSecret } from '../../lib/source/secret.ts'
import { type Document, parseJson } from '../../lib/table/json.ts'
import type { MirroredDocuments } from '../../lib/table/mirror.ts'
import type { Reading, Source } from '../../lib/table/origin.ts'

/** Declares a feed: JSON lines at a URL, the last of which is `{"rows": n}`. */
export function feed(name: string, { secret }: { readonly secret: string }): MirroredDocuments {
  const packages = ['@aws-sdk/client-secrets-manager']
  const source: Source = { name, kind: 'feed', packages, secret }
  return {
    source,
    documents: true,
    read: (reading) => read(source, reading),
    where: ({ id }) => `the line with id ${id}`,
  }
}

async function* read({ name, secret = '' }: Source, { signal }: Reading) {
  const { url, token } = (await readSecret(secret)) as { url: string; token: string }
  const lost = (error: unknown) => {
    signal.throwIfAborted()
    return transient(`${name}: the connection is lost`, error)
  }
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(url, { headers, signal }).catch((error) => Promise.reject(lost(error)))
  if (answer.status >= 500) throw transient(`${name}: the server answers ${answer.status}`)
  if (!answer.ok || !answer.body) {
    throw new Failure(
      'SourceRefused',
      `${name}: the server answers ${answer.status}: see the secret`,
    )
  }
  const body = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0])
  let [batch, count, promised]: [Document[], number, unknown] = [[], 0, undefined]
  try {
    for await (const line of createInterface({ input: body })) {
      const record = parseJson(line) as Document
      if ('rows' in record) promised = record.rows
      else batch.push(record)
      if (batch.length < 1000) continue
      yield batch
      count += batch.length
      batch = []
    }
  } catch (error) {
    throw lost(error)
  } finally {
    body.destroy()
  }
  yield batch
  count += batch.length
  if (count !== promised) throw transient(`${name}: ${count} rows came of ${promised ?? 'unknown'}`)
}
