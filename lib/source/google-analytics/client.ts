import { createPrivateKey } from 'node:crypto'
import type { protos } from '@google-analytics/data'
import { Failure } from '../../error.ts'
import type { Source } from '../../table/origin.ts'
import { readSecret } from '../secret.ts'

export type Question = protos.google.analytics.data.v1beta.IRunReportRequest
export type Answer = protos.google.analytics.data.v1beta.IRunReportResponse
export type Row = protos.google.analytics.data.v1beta.IRow

/** A client of the Data API, which has a connection only while it asks. */
export interface Session {
  /** Whom Google takes us for. */
  readonly email: string
  /** One page of a report. Throws what Google's client throws. */
  report(question: Question): Promise<Answer>
}

/** A service account's key, as Google gives it, and perhaps where to go instead of Google. */
interface Key {
  readonly client_email: string
  readonly private_key: string
  readonly private_key_id?: string
  readonly endpoint?: string
}

/** Makes a client as the source's secret says; nothing is asked of Google yet. */
export async function open(source: Source, signal: AbortSignal): Promise<Session> {
  const key = checkKey(source, await readSecret(source.secret ?? ''))
  const at = endpointOf(source, key)
  const { JWT } = await import('google-auth-library')
  // The package's front door also loads its alpha version and a megabyte of tables for types.
  const { BetaAnalyticsDataClient } = await import(
    '@google-analytics/data/build/src/v1beta/beta_analytics_data_client.js'
  )
  const authClient = new JWT({
    email: key.client_email,
    key: key.private_key,
    keyId: key.private_key_id,
  })
  const { transporter } = authClient
  // Its own fetch, node-fetch, ends the process where a signal is aborted before it starts.
  transporter.defaults.fetchImplementation = fetch
  transporter.interceptors.request.add({
    resolved: async (config) => {
      // Nobody could close a connection that is kept for later.
      config.headers.set('connection', 'close')
      config.signal = AbortSignal.any([signal, ...(config.signal ? [config.signal] : [])])
      return config
    },
  })
  // REST, since gRPC opens a channel for what is a handful of questions.
  const client = new BetaAnalyticsDataClient({ fallback: true, authClient, ...at })
  return {
    email: key.client_email,
    async report(question) {
      const [answer] = await client.runReport(question)
      const { rows } = answer
      // The client keeps an answer until the minute is over that it would have waited for it.
      answer.rows = []
      return { ...answer, rows }
    },
  }
}

function checkKey(source: Source, secret: unknown): Key {
  const key = secret as Partial<Key>
  const refuse = (problem: string): never => {
    throw new Failure(
      'SourceRefused',
      `the secret ${source.secret} of ${source.name} ${problem}: put the JSON of the service account's key there, as Google gives it`,
    )
  }
  for (const field of ['client_email', 'private_key'] as const) {
    if (typeof key?.[field] !== 'string') refuse(`has no ${field}`)
  }
  try {
    createPrivateKey(key.private_key ?? '')
  } catch {
    refuse('has a private_key that is no key in PEM')
  }
  return key as Key
}

/** `http://127.0.0.1:8080` or `analytics.example.com` in the words of Google's client. */
function endpointOf(source: Source, { endpoint }: Key) {
  if (endpoint === undefined) return undefined
  const text = endpoint.includes('://') ? endpoint : `https://${endpoint}`
  if (!URL.canParse(text)) {
    throw new Failure(
      'SourceRefused',
      `the secret ${source.secret} of ${source.name} has the endpoint '${endpoint}', which is no address: write https://host`,
    )
  }
  const { protocol, hostname, port } = new URL(text)
  const isPlain = protocol === 'http:'
  return {
    protocol: isPlain ? 'http' : 'https',
    apiEndpoint: hostname,
    port: Number(port || (isPlain ? 80 : 443)),
  }
}
