import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a partner is asked. */
export interface Asked {
  /** `GET /v2/sales` */
  readonly what: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What it answers, as JSON. */
export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json: unknown
}

export interface Running {
  readonly url: string
  stop(): Promise<void>
}

/** Serves an API on a free port of this machine. */
export async function serve(answer: (asked: Asked, url: string) => Reply): Promise<Running> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    const what = `${request.method} ${pathname}`
    const body = Buffer.concat(chunks).toString()
    const asked = { what, query: searchParams, headers: request.headers, body }
    const { status = 200, headers, json } = answer(asked, url)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(json))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The whole number that a parameter says, if it is from 1 to `most`. */
export function numberIn(text: string | null, most: number): number | undefined {
  const number = /^\d+$/.test(text ?? '') ? Number(text) : 0
  return number >= 1 && number <= most ? number : undefined
}

/** Whether a parameter is a day: `2026-11-23`. */
export const isDay = (text: string | null): text is string =>
  /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') && !Number.isNaN(Date.parse(text ?? ''))
