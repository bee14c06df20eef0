import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type AccountKey, makeAccount } from './account.ts'
import { Fault, invalid } from './fault.ts'
import type { Question } from './question.ts'
import { parseQuestion } from './question.ts'

export interface Analytics {
  readonly url: string
  /** The key of the one service account it knows. */
  readonly key: AccountKey
  /** How many connections are open. */
  connections(): number
  /** How many requests there have been, good or bad. */
  requests(): number
  /** Breaks every connection off. */
  cut(): void
  stop(): Promise<void>
}

/** A report as the Data API writes it, or a Fault thrown. */
export type Reporter = (question: Question) => object | Promise<object>

const PATH = /^\/v1beta\/properties\/(\d+):runReport$/

/** Starts a Data API on loopback that knows `runReport`, and leaves to `report` what it says. */
export async function startAnalytics(report: Reporter): Promise<Analytics> {
  const account = makeAccount()
  const sockets = new Set<Socket>()
  let requests = 0
  const answer = async (request: IncomingMessage): Promise<object> => {
    requests++
    const body = await textOf(request)
    const property = PATH.exec(new URL(request.url ?? '', 'http://here').pathname)?.[1]
    if (request.method !== 'POST' || !property) {
      throw new Fault('NOT_FOUND', `there is no ${request.method} ${request.url} here`)
    }
    account.check(request.headers.authorization)
    return report(parseQuestion(property, jsonOf(body)))
  }
  const server = createServer(async (request, response) => {
    const reply = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' })
      response.end(JSON.stringify(body))
    }
    try {
      reply(200, await answer(request))
    } catch (error) {
      const fault = error instanceof Fault ? error : new Fault('INTERNAL', String(error))
      reply(fault.code, fault.body)
    }
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key: account.key,
    connections: () => sockets.size,
    requests: () => requests,
    cut,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cut()
      }),
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('Invalid JSON payload received.')
  }
}
