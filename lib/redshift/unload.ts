import { Failure } from '../error.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { isInside } from '../manifest/read.ts'
import type { SparkRead } from '../table/definition.ts'
import { render, type Statement } from '../table/sql.ts'
import { literal } from './ddl.ts'

export interface UnloadOptions {
  readonly date: string
  /** The role that the warehouse writes with. */
  readonly role: string
  /** The id of the key that files are encrypted with, where it is not S3's own. */
  readonly key?: string
}

/**
 * The UNLOAD of a read to Parquet files whose names begin with `place`: `s3://bucket/prefix/`. What an
 * earlier try may have written there is written over; which files count, the manifest says, which is last.
 */
export function unloadStatement(
  { query }: SparkRead,
  place: string,
  { date, role, key }: UnloadOptions,
): Statement {
  // Nothing can be bound in a query that is itself text.
  const { text } = render(query, { runDate: date, literal })
  const encrypted = key === undefined ? '' : `\nkms_key_id ${literal(key)} encrypted`
  return {
    text: `unload (${literal(text)})
to ${literal(place)}
iam_role ${literal(role)}
format parquet manifest verbose allowoverwrite${encrypted}`,
    parameters: {},
  }
}

/** What UNLOAD wrote of one read. */
export interface Unloaded {
  readonly rows: number
  readonly bytes: number
  /** The keys of its files. */
  readonly files: readonly string[]
}

/** The manifest of an UNLOAD with VERBOSE, as far as it is asked. */
interface UnloadManifest {
  readonly entries?: readonly {
    readonly url?: string
    readonly meta?: { readonly content_length?: number }
  }[]
  readonly meta?: { readonly record_count?: number }
}

/** The key of the manifest of files whose names begin with a prefix. */
const unloadManifestKey = (prefix: string): string => `${prefix}manifest`

/**
 * What an UNLOAD says that it wrote below a prefix; undefined where it has not ended. Throws a
 * WarehouseRefused where its manifest is not one.
 */
export async function readUnloaded(bucket: Bucket, prefix: string): Promise<Unloaded | undefined> {
  const key = unloadManifestKey(prefix)
  const manifest = await bucket.get<UnloadManifest>(key)
  if (manifest === undefined) return undefined
  const { entries = [], meta } = manifest
  const rows = meta?.record_count
  const own = `s3://${bucket.name}/`
  const files = entries.map(({ url = '' }) => (url.startsWith(own) ? url.slice(own.length) : url))
  const inside = files.every((file) => isInside(file, prefix.replace(/\/$/, '')))
  if (rows === undefined || !inside) {
    const problem = 'is no manifest of UNLOAD with the count of its rows: run it again'
    throw new Failure('WarehouseRefused', `s3://${bucket.name}/${key} ${problem}`)
  }
  const bytes = entries.reduce((sum, { meta }) => sum + (meta?.content_length ?? 0), 0)
  return { rows, bytes, files }
}
