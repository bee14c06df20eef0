import { Failure } from '../../error.ts'
import type { Document } from '../../table/json.ts'
import type { MirroredDocuments } from '../../table/mirror.ts'
import type { Reading, Source } from '../../table/origin.ts'
import { checkConnections } from '../connections.ts'
import { type Page, type PagesOptions, pagesOf } from './pages.ts'
import { connect, type Session } from './session.ts'

export interface HttpOptions {
  /**
   * The Secrets Manager secret: `{ url }` and one of `{ token }` (bearer), `{ header, key }`,
   * `{ parameter, key }` (of the query), `{ username, password }` (basic) and
   * `{ clientId, clientSecret, tokenUrl, scope? }` (OAuth2 client credentials).
   */
  readonly secret: string
  /** The most tables that are read of it at once: any number unless said. */
  readonly connections?: number
  /** The longest that one try of a request may take; 30 unless said. */
  readonly timeoutSeconds?: number
  /** The longest that a request is tried for, waits and all; 120 unless said. */
  readonly retrySeconds?: number
}

/** An API that answers with JSON, page by page. */
export interface Http extends Source {
  /**
   * The records of a list, for `mirror` or `table`. Where its pages are numbered, or linked, which
   * mostly is the same, a record that is inserted meanwhile moves another to the next page, where it
   * is given again: the table needs a primary key. One that is deleted moves another to a page that
   * was read already, and that one is missed; a `total` tells of it. Cursors do neither.
   */
  pages(options: PagesOptions): MirroredDocuments
}

/** However short the waits are that the server asks for. */
const TRIES = 10

/** Declares an API of a partner. */
export function http(
  name: string,
  { secret, timeoutSeconds = 30, retrySeconds = 120, connections }: HttpOptions,
): Http {
  checkConnections(name, connections)
  const packages = ['ky', '@aws-sdk/client-secrets-manager']
  const source: Source = { name, kind: 'http', packages, secret, connections }
  let session: Promise<Session> | undefined
  const open = () => {
    session ??= connect(source, { tries: TRIES, timeoutSeconds, retrySeconds }).catch((error) => {
      session = undefined
      throw error
    })
    return session
  }
  return { ...source, pages: (options) => documents(source, open, options) }
}

/** The largest batch, in records. */
const BATCH = 1000

function documents(
  source: Source,
  open: () => Promise<Session>,
  options: PagesOptions,
): MirroredDocuments {
  const { days, pages, records: path = 'records' } = options
  if (days !== undefined && !(Number.isInteger(days) && days > 0)) {
    throw new Failure('BadDeclaration', `${source.name}.pages: days is ${days}, not 1 or more`)
  }
  const pageOf = new WeakMap<Document, Page>()
  return {
    source,
    documents: true,
    async *read(reading: Reading) {
      for await (const page of pagesOf(options, await open(), reading)) {
        for (const record of page.records) pageOf.set(record, page)
        for (let at = 0; at < page.records.length; at += BATCH) {
          yield page.records.slice(at, at + BATCH)
        }
      }
    },
    where(record) {
      const page = pageOf.get(record)
      return page ? `${path}[${page.records.indexOf(record)}] of ${page.place}` : ''
    },
    ...(pages.by !== 'cursor' && { repeats: true }),
    ...(days !== undefined && { days: { count: days } }),
  }
}
