import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Secrets {
  readonly url: string
  stop(): void
}

/** AWS Secrets Manager, as far as reading a secret goes. */
export async function startSecrets(secrets: Readonly<Record<string, object>>): Promise<Secrets> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const reply = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(body))
    }
    if (request.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue') {
      return reply(400, {
        __type: 'InvalidRequestException',
        message: 'only GetSecretValue is known',
      })
    }
    const { SecretId = '' } = JSON.parse(Buffer.concat(chunks).toString()) as { SecretId?: string }
    const secret = Object.hasOwn(secrets, SecretId) ? secrets[SecretId] : undefined
    if (secret === undefined) {
      const message = `Secrets Manager can't find the specified secret.`
      return reply(400, { __type: 'ResourceNotFoundException', message })
    }
    const VersionId = 'local'
    reply(200, { Name: SecretId, ARN: SecretId, VersionId, SecretString: JSON.stringify(secret) })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The secret that says what a URL says. TLS is verified unless the server is this machine's own. */
export function secretOf(url: URL): object {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const here = host === 'localhost' || host === '::1' || host.startsWith('127.')
  const tls = url.searchParams.get('tls')
  return {
    host,
    port: Number(url.port || 3306),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    dbname: decodeURIComponent(url.pathname.slice(1)),
    ...((tls === 'false' || (here && tls !== 'true')) && { tls: false }),
  }
}
