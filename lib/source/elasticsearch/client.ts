import { isUtf8 } from 'node:buffer'
import { Agent as PlainAgent, request as requestPlain } from 'node:http'
import { request as requestSecure, Agent as SecureAgent } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { rootCertificates } from 'node:tls'
import { type Json, parseJson, stringifyJson } from '../../table/json.ts'
import type { Source } from '../../table/origin.ts'
import { isLost } from '../network.ts'
import { readSecret } from '../secret.ts'
import { Refusal } from './errors.ts'
import { type Authorize, checkLogin, type Login, loginOf } from './login.ts'

export interface Call {
  /** POST unless said. */
  readonly method?: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: object
  /** It must not be tried again. */
  readonly once?: boolean
}

/** A cluster that can be asked. */
export interface Client {
  readonly source: string
  /** `search.example.com:9200` */
  readonly host: string
  /** How it logs in, in words. */
  readonly login: string
  /** The JSON of an answer; throws a Refusal if the server says no. */
  call<T = Json>(call: Call): Promise<T>
  /** Deletes something of the server's, if it still answers. */
  forget(path: string, body: object): Promise<void>
  /** Closes all connections at once. */
  close(): void
}

const TRIES = 4
/** Milliseconds without a sign of the server. */
const SILENCE = 120_000
const MANNERS = 5000

/** A client that logs in as the source's secret says, and stops when its signal is aborted. */
export async function connect(source: Source, signal: AbortSignal): Promise<Client> {
  const login = checkLogin(source, await readSecret(source.secret ?? ''))
  const { words, authorize } = await loginOf(source.name, login)
  const { host } = new URL(login.url)
  const channel = channelOf(login, authorize)
  const call = async (call: Call, signal: AbortSignal) => {
    for (let tries = 1; ; tries++) {
      try {
        return await channel.send(call, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (call.once || tries === TRIES || !mayPass(error)) throw error
      }
      await sleep(2 ** tries * 250, undefined, { signal })
    }
  }
  return {
    ...{ source: source.name, host, login: words },
    call: async <T>(asked: Call) => (await call(asked, signal)) as T,
    async forget(path, body) {
      const asked = { method: 'DELETE', path, body, once: true }
      await call(asked, AbortSignal.timeout(MANNERS)).catch(() => {})
    },
    close: channel.close,
  }
}

const BUSY = new Set([429, 502, 503, 504])

/** Whether the network or a busy server is at fault. */
const mayPass = (error: unknown): boolean =>
  error instanceof Refusal ? BUSY.has(error.status) : isLost(error)

interface Channel {
  send(call: Call, signal: AbortSignal): Promise<Json>
  close(): void
}

function channelOf({ url, tls }: Login, authorize: Authorize): Channel {
  const isSecure = url.startsWith('https:')
  const options = { keepAlive: true, timeout: SILENCE }
  const ca = tls ? [...rootCertificates, tls] : undefined
  const agent = isSecure ? new SecureAgent({ ...options, ca }) : new PlainAgent(options)
  return {
    close: () => agent.destroy(),
    async send({ method = 'POST', path, query = {}, body }, signal) {
      const target = new URL(url.replace(/\/$/, '') + path)
      for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value)
      const content = body && stringifyJson(body)
      const headers = await authorize({ method, url: target, body: content })
      return new Promise((resolve, reject) => {
        const request = isSecure ? requestSecure : requestPlain
        const sent = request(target, { method, agent, headers, signal }, (response) => {
          // One piece at a time, text would be built up of copies of itself.
          buffer(response)
            .then((answer) => read(answer, response.statusCode ?? 0))
            .then(resolve, reject)
        })
        sent.once('timeout', () => {
          const silent = new Error(`no answer in ${SILENCE / 1000} seconds`)
          sent.destroy(Object.assign(silent, { code: 'ETIMEDOUT' }))
        })
        sent.once('error', reject)
        sent.end(content)
      })
    },
  }
}

function read(bytes: Buffer, status: number): Json {
  const answer = bytes.toString()
  if (status < 200 || status > 299) throw new Refusal(status, answer)
  if (!isUtf8(bytes)) throw new Refusal(status, '{"error":"the answer is not UTF-8"}')
  try {
    return parseJson(answer)
  } catch (cause) {
    throw new Refusal(status, answer, { cause })
  }
}

/** A name as a part of a path. Also what may stand as it is: a signature covers it otherwise. */
export const escapePath = (name: string): string =>
  encodeURIComponent(name).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
