import { Failure } from '../../error.ts'
import { type Json, parseJson } from '../../table/json.ts'
import type { Reading, Source } from '../../table/origin.ts'
import { readSecret } from '../secret.ts'
import { explainAnswer, type Refuse } from './errors.ts'
import { hiddenOf } from './hidden.ts'
import { type Credentials, type Login, loginOf } from './login.ts'
import { type Limits, type Sending, send } from './send.ts'
import { tokensOf } from './token.ts'

/** An API, with the credentials to ask it. */
export interface Session {
  readonly url: URL
  get(url: URL, reading: Reading): Promise<Answer>
}

/** What came of a request. */
export interface Answer {
  /** The URL, as it may be shown. */
  readonly place: string
  readonly body: Json
  /** The Link header. */
  readonly link: string
  /** Makes the failure of an answer that is not as it should be. */
  readonly refuse: Refuse
  /** The beginning of a text, in quotes after a colon. */
  quote(text: string): string
}

/** Asks by a GET, or posts a form; asks once again where the credentials can be had anew. */
export type Ask = (
  url: URL,
  reading: Reading,
  credentials: Credentials,
  more?: { readonly form?: URLSearchParams; anew?(): Promise<Credentials> },
) => Promise<Answer>

/** Reads how to log in. Nothing is asked before there is something to ask for. */
export async function connect(source: Source, limits: Limits): Promise<Session> {
  const login = loginOf(source, await readSecret(source.secret ?? ''))
  const { censor, quote, add } = hiddenOf(login.secrets)

  const ask: Ask = async (url, reading, credentials, { form, anew } = {}) => {
    const place = censor(withoutKey(url, login))
    const refuse: Refuse = (problem, name = 'SourceRefused', cause) => {
      const sentence = `${reading.table}: ${place} of ${source.name} ${censor(problem)}`
      return new Failure(name, sentence, { cause })
    }
    const sending = { source, url, form, signal: reading.signal, limits, refuse, quote }
    let whole = await send({ ...sending, credentials })
    if (whole.response.status === 401 && anew) {
      whole = await send({ ...sending, credentials: await anew() })
    }
    const { response } = whole
    if (!response.ok) {
      throw explainAnswer(response, `${whole.body}`, { ...sending, credentials })
    }
    const body = parsed(whole.body, sending)
    return { place, body, link: response.headers.get('link') ?? '', refuse, quote }
  }

  const { by, url } = login
  if (!('tokenUrl' in by)) return { url, get: (url, reading) => ask(url, reading, by) }
  const tokens = tokensOf(by, ask, add)
  return {
    url,
    async get(url, reading) {
      const anew = () => tokens.anew(reading)
      return ask(url, reading, await tokens.current(reading), { anew })
    },
  }
}

/** A URL without the key that it may carry. */
function withoutKey(url: URL, { by }: Login): string {
  const shown = new URL(url)
  for (const name of Object.keys(('parameters' in by && by.parameters) || {})) {
    if (shown.searchParams.has(name)) shown.searchParams.set(name, '***')
  }
  return shown.href
}

function parsed(bytes: Uint8Array, { refuse, quote }: Pick<Sending, 'refuse' | 'quote'>): Json {
  let text = ''
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refuse('answers what is not UTF-8')
  }
  try {
    return parseJson(text)
  } catch {
    // What begins as JSON was cut off on the way; a page of HTML is for a person to look into.
    const name = /^\s*[[{]/.test(text) ? 'Transient' : 'SourceRefused'
    throw refuse(`answers no JSON${quote(text) || ' but nothing'}`, name)
  }
}
