import { generateKeyPairSync, type KeyObject, randomBytes, verify } from 'node:crypto'
import { Fault } from './fault.ts'

/** The JSON that Google gives for a service account. */
export interface AccountKey {
  readonly type: 'service_account'
  readonly project_id: string
  readonly private_key_id: string
  readonly private_key: string
  readonly client_email: string
}

export interface Account {
  readonly key: AccountKey
  /** Throws a Fault unless the header is `Bearer` and a token that this account has signed. */
  check(authorization: string | undefined): void
}

const AUDIENCE = 'https://analyticsdata.googleapis.com/'

/** Makes a service account, with a key that nobody else has. */
export function makeAccount(): Account {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key: AccountKey = {
    type: 'service_account',
    project_id: 'usher-sample',
    private_key_id: randomBytes(20).toString('hex'),
    private_key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    client_email: 'usher@usher-sample.iam.gserviceaccount.com',
  }
  return {
    key,
    check(authorization = '') {
      const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization)?.[1]
      if (token === undefined || !isSigned(token, publicKey) || !isValid(token, key)) {
        throw new Fault(
          'UNAUTHENTICATED',
          'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
        )
      }
    },
  }
}

function isSigned(token: string, publicKey: KeyObject): boolean {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  return verify('sha256', Buffer.from(`${header}.${claims}`), publicKey, bytes)
}

function isValid(token: string, key: AccountKey): boolean {
  const [header = '', claims = ''] = token.split('.')
  const { alg, kid } = decode(header)
  const { iss, sub, aud, iat, exp } = decode(claims)
  const now = Date.now() / 1000
  return (
    alg === 'RS256' &&
    kid === key.private_key_id &&
    iss === key.client_email &&
    sub === key.client_email &&
    aud === AUDIENCE &&
    Number(iat) <= now + 60 &&
    Number(exp) > now &&
    Number(exp) - Number(iat) <= 3600
  )
}

const decode = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString())
