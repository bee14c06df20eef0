import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { startFauxqs } from 'fauxqs'
import { date, decimal, integer, mirror, s3, varchar } from '#lib'
import { startProxy } from '../proxy.ts'
import type { Subject } from '../subject.ts'

const logs = s3('logs', { bucket: 'logs' })
const format = { kind: 'json', codec: 'gzip' } as const
const columns = { id: integer().primaryKey(), date: date(), text: varchar(400) }
const publish = { partition: 'date' } as const
const whole = { path: 'whole/{yyyy}/{mm}/{dd}/', format }

export const s3Subject: Subject = {
  name: 's3',
  whole: mirror(logs.records(whole), { name: 'whole', columns, publish }),
  broken: mirror(logs.records({ path: 'broken/dt={yyyy}-{mm}-{dd}/', format }), {
    name: 'broken',
    columns: { id: integer().primaryKey(), date: date(), price: decimal(10, 2) },
    publish,
  }),
  complaint:
    /^broken\.price: '9\.8765' has 4 decimals.*; at line 778 of s3:\/\/logs\/broken\/dt=2026-11-23\/all\.gz$/,
  refused: mirror(s3('logs', { bucket: 'lost' }).records(whole), {
    ...{ name: 'whole', columns, publish },
  }),
  refusal: /^logs: there is no bucket lost$/,

  async serve(rows) {
    const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
    server.createBucket('logs')
    const put = (key: string, records: Iterable<object>) =>
      putFile(`http://127.0.0.1:${server.port}/logs/${key}`, gzipSync(linesOf(records)))
    const perFile = 2000
    for (let first = 0; first < rows; first += perFile) {
      await put(`whole/2026/11/23/${first}.json.gz`, wholeRecords(first, first + perFile))
    }
    await put('broken/dt=2026-11-23/all.gz', brokenRecords())
    const proxy = await startProxy(server.port)
    return {
      secrets: {},
      environment: { AWS_ENDPOINT_URL_S3: proxy.url },
      connections: proxy.connections,
      cut: proxy.cut,
      tries: proxy.requests,
      async stop() {
        await proxy.stop()
        await server.stop()
      },
    }
  },
}

/** Writes a file as any other client would. */
export async function putFile(url: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const { status } = await fetch(url, {
    ...{ method: 'PUT', body },
    headers: { 'content-type': 'application/octet-stream' },
  })
  if (status !== 200) throw new Error(`${url} is not written: ${status}`)
}

export function linesOf(records: Iterable<object>): string {
  let text = ''
  for (const record of records) text += `${JSON.stringify(record)}\n`
  return text
}

function* wholeRecords(first: number, end: number) {
  for (let id = first; id < end; id++) {
    // Digits of hashes hardly compress: the files are large too.
    const digests = Array.from({ length: 6 }, (_, salt) =>
      createHash('sha256').update(`${id} ${salt}`).digest('hex'),
    )
    yield { id, date: '2026-11-23', text: digests.join('') }
  }
}

function* brokenRecords() {
  for (let id = 0; id < 2000; id++) {
    yield { id, date: '2026-11-23', price: id === 777 ? '9.8765' : 1 }
  }
}
