import { Failure } from '../../error.ts'
import type { Source } from '../../table/origin.ts'

/** What a request carries to be let in. */
export interface Credentials {
  readonly headers?: Readonly<Record<string, string>>
  readonly parameters?: Readonly<Record<string, string>>
}

/** A client that is given tokens (OAuth2 client credentials: RFC 6749, section 4.4). */
export interface TokenClient {
  readonly tokenUrl: URL
  readonly scope?: string
  /** How it logs in for a token. */
  readonly credentials: Credentials
}

/** Where an API is, and how to log in. */
export interface Login {
  readonly url: URL
  readonly by: Credentials | TokenClient
  /** What must never be shown. */
  readonly secrets: readonly string[]
}

const FORMS = [
  ['token'],
  ['header', 'key'],
  ['parameter', 'key'],
  ['username', 'password'],
  ['clientId', 'clientSecret', 'tokenUrl'],
] as const

type Field = (typeof FORMS)[number][number]
type Fields = Readonly<Record<Field | 'url', string>> & { readonly scope?: string }

/** The ways to log in, by the first field of each. */
const ways: Readonly<Record<(typeof FORMS)[number][0], (fields: Fields) => Omit<Login, 'url'>>> = {
  token: ({ token }) => ({ by: bearer(token), secrets: [token] }),
  header: ({ header, key }) => ({ by: { headers: { [header]: key } }, secrets: [key] }),
  parameter: ({ parameter, key }) => ({ by: { parameters: { [parameter]: key } }, secrets: [key] }),
  username: ({ username, password }) => basic(username, password),
  clientId: ({ clientId, clientSecret, tokenUrl, scope }) => {
    const { by, secrets } = basic(formEncoded(clientId), formEncoded(clientSecret))
    const client = { tokenUrl: new URL(tokenUrl), scope, credentials: by }
    return { by: client, secrets: [clientSecret, ...secrets] }
  },
}

/** Reads what the secret of a source says: its URL, and one of the ways to log in. */
export function loginOf(source: Source, secret: unknown): Login {
  const refuse = (problem: string) =>
    new Failure('SourceRefused', `the secret ${source.secret} of ${source.name} ${problem}`)
  const fields = (secret ?? {}) as Fields
  const forms = FORMS.filter((form) => form.every((field) => typeof fields[field] === 'string'))
  const [form] = forms
  if (!form || forms.length > 1) {
    const all = FORMS.map((names) => names.join(' + ')).join(', or ')
    throw refuse(`must have one of these, and no more: ${all}`)
  }
  for (const field of ['url', ...form] as const) {
    const isUrl = field === 'url' || field === 'tokenUrl'
    if (isUrl && !isPlainUrl(fields[field])) {
      throw refuse(`needs "${field}", of the form https://host/path, without a user or password`)
    }
    // An empty password is common: the user is then the key.
    if (fields[field] === '' && field !== 'password') throw refuse(`has an empty "${field}"`)
  }
  return { url: new URL(fields.url), ...ways[form[0]](fields) }
}

/** Whether a URL can be asked, and be shown. */
const isPlainUrl = (text: unknown): boolean =>
  typeof text === 'string' && URL.canParse(text) && /^https?:\/\/[^/?#@]+([/?#]|$)/.test(text)

/** The credentials of who has a token. */
export const bearer = (token: string): Credentials => ({
  headers: { authorization: `Bearer ${token}` },
})

function basic(username: string, password: string) {
  const pair = Buffer.from(`${username}:${password}`).toString('base64')
  const by: Credentials = { headers: { authorization: `Basic ${pair}` } }
  return { by, secrets: [password || username, pair] }
}

/** Section 2.3.1 of RFC 6749 wants a client's name and secret encoded so before they are joined. */
const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
