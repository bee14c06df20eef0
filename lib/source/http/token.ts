import type { Json } from '../../table/json.ts'
import type { Reading } from '../../table/origin.ts'
import { bearer, type Credentials, type TokenClient } from './login.ts'
import type { Ask } from './session.ts'

/** The tokens of a client, of which one is kept. */
export interface Tokens {
  /** The kept one, while it has some time to live. */
  current(reading: Reading): Promise<Credentials>
  anew(reading: Reading): Promise<Credentials>
}

/** A token is not used in the last minute of its life, nor in the last half of a short one. */
const SPARE_SECONDS = 60

/** Asks for tokens by a client's credentials; tells each of them to whoever must hide it. */
export function tokensOf(client: TokenClient, ask: Ask, hide: (token: string) => void): Tokens {
  let kept: { readonly credentials: Credentials; readonly end: number } | undefined

  async function anew(reading: Reading): Promise<Credentials> {
    kept = undefined
    const form = new URLSearchParams({ grant_type: 'client_credentials' })
    if (client.scope) form.set('scope', client.scope)
    const { body, refuse } = await ask(client.tokenUrl, reading, client.credentials, { form })
    const { access_token: token, expires_in: life } = (body ?? {}) as Readonly<Record<string, Json>>
    // The answer is not shown: who knows where it keeps the token.
    if (typeof token !== 'string' || token === '') throw refuse('gives no access_token')
    hide(token)
    const seconds = Number(life ?? Number.POSITIVE_INFINITY)
    const end = Date.now() + Math.max(seconds - SPARE_SECONDS, seconds / 2) * 1000
    kept = { credentials: bearer(token), end }
    return kept.credentials
  }

  return {
    current: async (reading) => (kept && Date.now() < kept.end ? kept.credentials : anew(reading)),
    anew,
  }
}
