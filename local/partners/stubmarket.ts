import { randomBytes } from 'node:crypto'
import { type PartnerSale, salesOf } from './sales.ts'
import { type Asked, isDay, numberIn, type Reply, type Running, serve } from './server.ts'

const CLIENT = { clientId: 'usher', clientSecret: 'sample: not secret' }
const SCOPE = 'sales:read'

/**
 * A partner with OAuth2 and cursors: `GET /v2/sales?from=…&to=…&limit=…&cursor=…`. Of the requests
 * for sales, some are answered with 429 and some with 503, always the same ones.
 */
export async function startStubmarket(): Promise<Running & { readonly secret: object }> {
  const tokens = new Set<string>()
  let asked = 0
  const { url, stop } = await serve((request) => {
    switch (request.what) {
      case 'POST /oauth/token':
        return tokenFor(request, tokens)
      case 'GET /v2/sales': {
        const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
        if (!tokens.has(token)) return fault(401, 'invalid_token')
        asked++
        if (asked % 9 === 0) return fault(503, 'try again')
        if (asked % 5 === 0) return fault(429, 'slow down', { 'retry-after': `${asked % 2}` })
        return sales(request.query)
      }
    }
    return fault(404, 'not found')
  })
  const secret = { url: `${url}/v2`, ...CLIENT, tokenUrl: `${url}/oauth/token`, scope: SCOPE }
  return { url, secret, stop }
}

const fault = (status: number, error: string, headers = {}): Reply => ({
  ...{ status, headers },
  json: { error },
})

function tokenFor({ headers, body }: Asked, tokens: Set<string>): Reply {
  const { clientId, clientSecret } = CLIENT
  const pair = `${clientId}:${new URLSearchParams({ s: clientSecret }).toString().slice(2)}`
  if (headers.authorization !== `Basic ${Buffer.from(pair).toString('base64')}`) {
    return fault(401, 'invalid_client')
  }
  const form = new URLSearchParams(body)
  if (form.get('grant_type') !== 'client_credentials') return fault(400, 'unsupported_grant_type')
  if (form.get('scope') !== SCOPE) return fault(400, 'invalid_scope')
  const token = randomBytes(16).toString('hex')
  tokens.add(token)
  return { json: { access_token: token, token_type: 'Bearer', expires_in: 300 } }
}

function sales(query: URLSearchParams): Reply {
  const [from, to] = [query.get('from'), query.get('to')]
  const limit = numberIn(query.get('limit') ?? '50', 100)
  const [, start = ''] = /^after-(\d+)$/.exec(query.get('cursor') ?? 'after-0') ?? []
  if (!isDay(from) || from !== to) return fault(400, 'from and to must be the same day')
  if (!limit || start === '') return fault(400, 'limit must be 1 to 100, and cursor one of ours')
  const all = salesOf('stubmarket', from)
  const end = Number(start) + limit
  const next = end < all.length ? `after-${end}` : null
  const page = all.slice(Number(start), end).map((sale) => recordOf(sale, from))
  return { json: { data: { sales: page }, paging: { next, total: all.length } } }
}

function recordOf(sale: PartnerSale, day: string): object {
  const { number, time, event, section, quantity, cents, currency } = sale
  return {
    sale_id: `SM-${day}-${number}`,
    report_date: day,
    sold_at: new Date(time).toISOString(),
    event: { id: event.id, name: event.title },
    seats: { section, quantity },
    paid: { amount: (cents / 100).toFixed(2), currency },
  }
}
