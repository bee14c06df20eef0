import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** The services of AWS that a function reaches, by the names of their endpoints. */
export const SERVICES = ['s3', 'redshift', 'secrets', 'states'] as const
export type Service = (typeof SERVICES)[number]

/** A call that a function makes of a service. */
export interface Call {
  /** Its place among all that came through, from 1. */
  readonly number: number
  readonly service: Service
  /** In one line: `s3 PUT staging/…/part-00000.csv.zst`. */
  readonly what: string
  readonly body: string
}

/**
 * What becomes of a call. Who dies before it never sent it; who dies after it never heard the answer;
 * who dies during it does not wait for the service to be done. A lost answer breaks the connection,
 * and the client sends the call again. A refused call is throttled.
 */
export type Fate = 'dies before' | 'dies during' | 'dies after' | 'loses the answer' | 'is refused'

/** All that stands between a function and AWS. */
export interface Front {
  readonly urls: Readonly<Record<Service, string>>
  /** The calls that came, in their order. */
  readonly calls: readonly Call[]
  /** Decides about each call, and may do other things before it goes on. */
  meet: (call: Call) => Fate | undefined | Promise<Fate | undefined>
  /** Whether the function has died: whatever it still tries comes to nothing. */
  readonly isDead: () => boolean
  /** Waits until the services have answered all that they were sent. */
  settled(): Promise<void>
  stop(): Promise<void>
}

/** Opens a front to the services. */
export async function openFront(services: Readonly<Record<Service, string>>): Promise<Front> {
  const calls: Call[] = []
  const underWay = new Set<Promise<unknown>>()
  const agent = new Agent({ keepAlive: true })
  let dead = false

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name = '', path = ''] = /^\/(\w+)(.*)$/.exec(incoming.url ?? '') ?? []
    const service = name as Service
    const body = await buffer(incoming)
    if (dead) return refuse(response, service, 'ProcessDied', 400)
    const what = `${service} ${describe(service, incoming, path, body)}`
    const call: Call = { number: calls.length + 1, service, what, body: body.toString('latin1') }
    calls.push(call)
    const fate = await front.meet(call)
    // It may have died of another call meanwhile.
    if (dead) return refuse(response, service, 'ProcessDied', 400)
    if (fate === 'dies before') {
      dead = true
      return refuse(response, service, 'ProcessDied', 400)
    }
    if (fate === 'is refused') {
      return service === 's3'
        ? refuse(response, service, 'SlowDown', 503)
        : refuse(response, service, 'ThrottlingException', 400)
    }
    const sent = forward(services[service], path, incoming, body, agent)
    const flight = sent.catch(() => {}).finally(() => underWay.delete(flight))
    underWay.add(flight)
    if (fate === 'dies during') {
      dead = true
      return refuse(response, service, 'ProcessDied', 400)
    }
    const { status, headers, content } = await sent
    if (fate === 'dies after') dead = true
    if (fate === 'loses the answer') return void incoming.socket.destroy()
    if (dead) return refuse(response, service, 'ProcessDied', 400)
    response.writeHead(status, headers)
    response.end(content)
  }

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => incoming.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const settled = async () => void (await Promise.all(underWay))
  const front: Front = {
    urls: Object.fromEntries(
      SERVICES.map((service) => [service, `http://127.0.0.1:${port}/${service}`]),
    ) as Record<Service, string>,
    calls,
    meet: () => undefined,
    isDead: () => dead,
    settled,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      agent.destroy()
    },
  }
  return front
}

/** An answer that no client tries again, but for those that say that the service is busy. */
function refuse(response: ServerResponse, service: Service, code: string, status: number): void {
  const isXml = service === 's3'
  response.writeHead(status, {
    'content-type': isXml ? 'application/xml' : 'application/x-amz-json-1.1',
  })
  response.end(
    isXml
      ? `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message></Error>`
      : JSON.stringify({ __type: code, message: code }),
  )
}

/** Asks the service itself. */
async function forward(
  url: string,
  path: string,
  { method, headers }: IncomingMessage,
  body: Buffer,
  agent: Agent,
) {
  const { expect, 'transfer-encoding': encoding, connection, ...kept } = headers
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const own = { ...kept, 'content-length': String(body.length) }
    const asked = request({ hostname, port, method, path: path || '/', headers: own, agent })
    asked.once('response', resolve).once('error', reject).end(body)
  })
  const { 'transfer-encoding': chunked, connection: theirs, ...told } = answer.headers
  const content = await buffer(answer)
  const length = method === 'HEAD' ? {} : { 'content-length': String(content.length) }
  return { status: answer.statusCode ?? 500, headers: { ...told, ...length }, content }
}

/** What a call is, for a person. */
function describe(
  service: Service,
  { method, headers }: IncomingMessage,
  path: string,
  body: Buffer,
) {
  if (service !== 's3') {
    const operation = String(headers['x-amz-target']).split('.').at(-1)
    if (service !== 'redshift') return operation
    const { Sqls, Sql, StatementName } = JSON.parse(body.toString()) as Record<string, unknown>
    const said = StatementName ?? (Array.isArray(Sqls) ? Sqls[0] : Sql) ?? ''
    return `${operation} ${String(said).replaceAll(/\s+/g, ' ').slice(0, 60)}`.trim()
  }
  const url = new URL(path, 'http://s3')
  const key = decodeURIComponent(url.pathname.replace(/^\/[^/]+\/?/, ''))
  const asked = [...url.searchParams.keys()].find((name) =>
    ['uploads', 'uploadId', 'delete', 'list-type'].includes(name),
  )
  const verb = asked === 'list-type' ? 'LIST' : asked === 'delete' ? 'DELETE' : method
  const [, deleted] = /<Key>(.*?)<\/Key>/.exec(body.toString()) ?? []
  const place = key || url.searchParams.get('prefix') || deleted || ''
  const upload = asked?.startsWith('upload') ? ` (${asked})` : ''
  return `${verb} ${place}${upload}`
}
