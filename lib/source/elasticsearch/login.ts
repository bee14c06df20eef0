import { Failure } from '../../error.ts'
import type { Source } from '../../table/origin.ts'

export interface Login {
  /** `https://search.example.com:9200` */
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** As Elasticsearch gives it, encoded. */
  readonly apiKey?: string
  /** Requests are signed by the role of the function; the service is `es` unless said. */
  readonly aws?: { readonly region: string; readonly service?: string }
  /** The certificate of an authority to trust besides the public ones. */
  readonly tls?: string
}

export interface Unsigned {
  readonly method: string
  readonly url: URL
  readonly body?: string
}

/** Gives a request its headers. */
export type Authorize = (
  request: Unsigned,
) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>

/** Refuses a secret that cannot do. */
export function checkLogin(source: Source, secret: unknown): Login {
  const login = (secret ?? {}) as Partial<Login>
  const fail = (problem: string) => {
    const sentence = `the secret ${source.secret} of ${source.name} ${problem}`
    throw new Failure('SourceRefused', sentence)
  }
  const { url = '', username, password, aws } = login
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    fail('has no url such as https://search.example.com:9200')
  }
  if (typeof username !== typeof password) fail('has only one of username and password')
  if (aws && typeof aws.region !== 'string') fail('has no region in aws')
  return login as Login
}

/** How a login is made, and what it is in words. */
export async function loginOf(
  source: string,
  login: Login,
): Promise<{ words: string; authorize: Authorize }> {
  const { apiKey, aws, username, password } = login
  const with_ = (authorization: string): Authorize => {
    return ({ body }) => ({ ...contentOf(body), authorization })
  }
  if (apiKey) return { words: 'the API key', authorize: with_(`ApiKey ${apiKey}`) }
  if (aws) return { words: "the function's role", authorize: await signerOf(source, aws) }
  if (username !== undefined) {
    const pair = Buffer.from(`${username}:${password}`).toString('base64')
    return { words: 'the user or its password', authorize: with_(`Basic ${pair}`) }
  }
  return { words: 'whoever does not log in', authorize: ({ body }) => contentOf(body) }
}

function contentOf(body: string | undefined): Record<string, string> {
  if (body === undefined) return {}
  const length = `${Buffer.byteLength(body)}`
  return { 'content-type': 'application/json', 'content-length': length }
}

/** Signs requests with the credentials that the environment gives (AWS Signature Version 4). */
async function signerOf(
  source: string,
  { region, service = 'es' }: NonNullable<Login['aws']>,
): Promise<Authorize> {
  const { SignatureV4 } = await import('@smithy/signature-v4')
  const { Sha256 } = await import('@aws-crypto/sha256-js')
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node')
  const credentials = defaultProvider()
  const signer = new SignatureV4({ region, service, credentials, sha256: Sha256 })
  return async ({ method, url, body }) => {
    // Its own errors have no code to tell them by.
    await credentials().catch((cause: Error) => {
      const problem = `there are no AWS credentials to sign requests with (${cause.message})`
      throw new Failure('SourceRefused', `${source}: ${problem}`, { cause })
    })
    const { headers } = await signer.sign({
      ...{ method, body, protocol: url.protocol, hostname: url.hostname, path: url.pathname },
      query: Object.fromEntries(url.searchParams),
      headers: { ...contentOf(body), host: url.host },
    })
    return headers
  }
}
