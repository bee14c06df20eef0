import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { elasticsearch, googleAnalytics, http, s3 } from '#lib'
import type { Origin } from '../../lib/table/origin.ts'
import { type Secrets, startSecrets } from '../../local/services/secrets.ts'
import { type Front, startFront } from './front.ts'

const openssl = spawnSync('openssl', ['version']).status === 0
if (!openssl) console.warn('openssl is not installed: the tests of TLS are skipped')

/** A key and a certificate for localhost that nobody has signed but itself. */
function selfSigned(): { readonly key: string; readonly cert: string } {
  const directory = mkdtempSync(join(tmpdir(), 'usher-tls-test-'))
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')]
  const kind = '-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost'.split(' ')
  const names = ['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert]
  spawnSync('openssl', ['req', ...kind, ...names])
  const pair = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  rmSync(directory, { recursive: true })
  return pair
}

// MySQL and Redis, which speak no HTTP, have tests of their own beside theirs.
const describeTls = openssl ? describe : describe.skip
describeTls('a server with a certificate that nobody has signed', () => {
  const held: Record<string, object> = {}
  let server: Front
  let secrets: Secrets

  beforeAll(async () => {
    server = await startFront('', selfSigned())
    server.answer = () => ({ status: 200, body: '{}' })
    secrets = await startSecrets(held)
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      // The name of a bucket goes before that of a host, not before an address.
      AWS_ENDPOINT_URL_S3: server.url.replace('localhost', '127.0.0.1'),
      ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    })
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    Object.assign(held, {
      partner: { url: server.url, token: 'hush' },
      search: { url: server.url, username: 'reader', password: 'hush' },
      analytics: {
        client_email: 'usher@example.com',
        private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        endpoint: server.url,
      },
    })
  })
  afterAll(async () => {
    delete process.env.AWS_ENDPOINT_URL_S3
    secrets.stop()
    await server.stop()
  })

  const short = { timeoutSeconds: 2, retrySeconds: 1 }
  const origins: Readonly<Record<string, Origin<unknown>>> = {
    http: http('partner', { secret: 'partner', ...short }).pages({
      path: 'sales',
      pages: { by: 'link' },
    }),
    elasticsearch: elasticsearch('search', { secret: 'search' }).documents({ index: 'sales' }),
    googleAnalytics: googleAnalytics('site', { secret: 'analytics', property: '1' }).report({
      dimensions: ['country'],
      metrics: ['sessions'],
    }),
    s3: s3('logs', { bucket: 'logs' }).records({
      path: 'clicks/{yyyy}/{mm}/{dd}/',
      format: { kind: 'json' },
    }),
  }

  it.each(Object.keys(origins))(
    'is refused by %s before anything is said to it',
    async (kind) => {
      const read = async () => {
        const { signal } = new AbortController()
        const said = { note: () => {}, warn: () => {} }
        const reading = { table: 'sales', columns: [], date: '2026-11-23', signal, ...said }
        for await (const _ of origins[kind]?.read(reading) ?? []) break
      }
      await expect(read()).rejects.toThrow(/self-signed certificate|SELF_SIGNED_CERT/)
      expect(server.heard).toEqual([])
    },
    30_000,
  )
})
