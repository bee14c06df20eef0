import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { decimal, integer, mirror, varchar } from '#lib'
import { feed } from '../feed.ts'
import type { Subject } from '../subject.ts'

const columns = { id: integer().primaryKey(), text: varchar(400) }
const mirrored = (secret: string) => feed('offers', { secret })

/** The source that lib/source/README.md shows. */
export const feedSubject: Subject = {
  name: 'feed',
  whole: mirror(mirrored('right'), { name: 'whole', columns }),
  broken: mirror(mirrored('broken'), {
    name: 'broken',
    columns: { id: integer().primaryKey(), price: decimal(10, 2) },
  }),
  complaint:
    /^broken\.price: '9\.8765' has 4 decimals.*in the row with id '777'; at the line with id 777$/,
  refused: mirror(mirrored('wrong'), { name: 'whole', columns }),
  refusal: /^offers: the server answers 401: see the secret$/,

  async serve(rows) {
    let tries = 0
    const server = createServer((request, response) => {
      tries++
      const isBroken = request.url === '/broken'
      const allowed = request.headers.authorization === 'Bearer right'
      if (!allowed) response.writeHead(401).end()
      else Readable.from(isBroken ? prices() : texts(rows)).pipe(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return {
      secrets: {
        right: { url: `${url}/whole`, token: 'right' },
        broken: { url: `${url}/broken`, token: 'right' },
        wrong: { url: `${url}/whole`, token: 'wrong' },
      },
      connections: () => new Promise((resolve) => server.getConnections((_, n) => resolve(n))),
      cut: () => server.closeAllConnections(),
      tries: () => tries,
      stop: async () => {
        server.closeAllConnections()
        server.close()
      },
    }
  },
}

function* texts(rows: number): Generator<string> {
  for (let id = 0; id < rows; id += 100) {
    let lines = ''
    for (let at = id; at < Math.min(id + 100, rows); at++) {
      const digits = [1, 2, 3].map((n) => createHash('sha512').update(`${at} ${n}`).digest('hex'))
      lines += `${JSON.stringify({ id: at, text: digits.join('') })}\n`
    }
    yield lines
  }
  yield JSON.stringify({ rows })
}

function* prices(): Generator<string> {
  for (let id = 0; id < 2000; id++) {
    yield `${JSON.stringify({ id, price: id === 777 ? '9.8765' : '1.00' })}\n`
  }
  yield JSON.stringify({ rows: 2000 })
}
