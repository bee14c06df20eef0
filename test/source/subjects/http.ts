import { hash } from 'node:crypto'
import { decimal, http, integer, mirror, varchar } from '#lib'
import { type Answerer, reply, startApi } from '../api.ts'
import type { Subject } from '../subject.ts'

const PAGE = 1000

const pages = (secret: string, path: string) =>
  http('partner', { secret }).pages({
    path,
    query: { limit: PAGE },
    records: 'data.items',
    pages: { by: 'cursor', next: 'data.next', parameter: 'after' },
  })

const columns = { id: integer().primaryKey(), text: varchar(400).from('more.text') }

export const httpSubject: Subject = {
  name: 'http',
  whole: mirror(pages('http right', 'whole'), { name: 'whole', columns }),
  broken: mirror(pages('http right', 'broken'), {
    name: 'broken',
    columns: { id: integer().primaryKey(), price: decimal(10, 2) },
  }),
  complaint:
    /^broken\.price: '9\.8765' has 4 decimals.*in the row with id '1777'; at data\.items\[777\] of http:\/\/127\.0\.0\.1:\d+\/v1\/broken\?limit=1000&after=c1000$/,
  refused: mirror(pages('http wrong', 'whole'), { name: 'whole', columns }),
  refusal: /^whole: http:.*\/v1\/whole\?limit=1000 of partner answers 401 Unauthorized: '.*\*\*\*/,

  async serve(rows) {
    const api = await startApi(answerFor(rows))
    return {
      secrets: {
        'http right': { url: `${api.url}/v1`, token: 'let me in' },
        'http wrong': { url: `${api.url}/v1`, token: 'let me out' },
      },
      connections: api.connections,
      cut: api.cut,
      tries: () => api.asked.length,
      stop: api.stop,
    }
  },
}

/** Refuses whatever is not exactly as this API has it. */
const answerFor =
  (rows: number): Answerer =>
  ({ method, headers, path, query }, response) => {
    const token = headers.authorization
    if (token !== 'Bearer let me in') return reply(response, { error: `no such: ${token}` }, 401)
    const list = lists[path]
    const [, from = 0] = /^c(\d+)$/.exec(query.get('after') ?? 'c0') ?? []
    const known = [...query.keys()].every((name) => name === 'limit' || name === 'after')
    if (method !== 'GET' || !list || !known || query.get('limit') !== `${PAGE}`) {
      return reply(response, { error: 'bad request' }, 400)
    }
    const count = path === '/v1/broken' ? 2000 : rows
    const end = Math.min(Number(from) + PAGE, count)
    const items = Array.from({ length: end - Number(from) }, (_, at) => list(Number(from) + at))
    reply(response, { data: { items, next: end < count ? `c${end}` : null } })
  }

const lists: Readonly<Record<string, (id: number) => object>> = {
  // Digits of hashes hardly compress.
  '/v1/whole': (id) => {
    const text = [0, 1, 2].map((salt) => hash('sha512', `${id} ${salt}`)).join('')
    return { id, more: { text } }
  },
  '/v1/broken': (id) => ({ id, price: id === 1777 ? '9.8765' : '1' }),
}
