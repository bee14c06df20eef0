import type { FileFormat, ListedFile } from '../table/origin.ts'

/** The manifest that COPY reads: exactly the files of one extract, each of which must be there. */
export interface CopyManifest {
  readonly entries: readonly {
    readonly url: string
    readonly mandatory: true
    readonly meta: { readonly content_length: number }
  }[]
}

/** A file of rows in the bucket. */
export interface StagedFile {
  readonly key: string
  /** Its size as it lies on S3. */
  readonly bytes: number
  /** What S3 calls these very bytes: another when the object is written anew. */
  readonly etag: string
}

/** A file of rows that an extract wrote row by row. */
export interface Part extends StagedFile {
  readonly rows: number
}

/** Files of one kind, and what is in them. */
export interface Files {
  /** The columns that the files hold, in order. */
  readonly columns: readonly string[]
  readonly format: FileFormat
  /** The rows that were written; only COPY knows how many are in files that others wrote. */
  readonly rows?: number
  readonly bytes: number
  /** What the extract wrote: deleted once it is loaded. */
  readonly parts: readonly StagedFile[]
}

/** Of a table of which a night reads only what changed: what it adds to, and how far it got. */
export interface Increment {
  /** The load that it adds to; absent, it is the whole table. */
  readonly base?: { readonly run: string; readonly date: string }
  /** The highest cursor of what was read: the next night goes on there. */
  readonly bound?: string
  /** What the table was declared as: under another declaration, changes cannot be added. */
  readonly declaration: string
  /** The run date of the last night that read the whole table, or all its keys. */
  readonly reconciled: string
}

/** What COPY does not ask for and Usher does: it lies beside the manifest. */
export interface Extract extends Files {
  readonly table: string
  /** The day it is of. */
  readonly date: string
  /**
   * When reading began and when it had ended, as ISO 8601 has it: of two extracts, the one that was read
   * later counts. None in an extract of before there was such a thing.
   */
  readonly readAt?: string
  readonly readUntil?: string
  /** What others wrote: left where it is. */
  readonly files?: readonly ListedFile[]
  /** How long a chunk took to be read. */
  readonly seconds?: number
  /** What the day was like when it was read. */
  readonly fingerprint?: string
  /** What was done to values on the way, and how often. */
  readonly notes: Readonly<Record<string, number>>
  /** What a person should see to. */
  readonly warnings?: readonly string[]
  readonly increment?: Increment
  /** Every primary key there is; the manifest of its files is under `keys/`. */
  readonly keys?: Files
  /** Other objects that are of no use once it is loaded. */
  readonly others?: readonly string[]
}

export const extractKey = (prefix: string): string => `${prefix}/extract.json`
export const manifestKey = (prefix: string): string => `${prefix}/manifest.json`
/** Where COPY finds which field of a JSON object is which column. */
export const pathsKey = (prefix: string): string => `${prefix}/jsonpaths.json`

/** Where the files of the primary keys are, beside those of the rows. */
export const keysPrefix = (prefix: string): string => `${prefix}/keys`

function copyManifest(files: readonly Pick<ListedFile, 'url' | 'bytes'>[]): CopyManifest {
  return {
    entries: files.map(({ url, bytes }) => ({
      url,
      mandatory: true,
      meta: { content_length: bytes },
    })),
  }
}

/** The manifests of an extract, and where they lie: that of its rows, which makes it whole, is the last. */
export function manifestsOf(
  bucket: string,
  prefix: string,
  extract: Extract,
): { readonly key: string; readonly manifest: CopyManifest }[] {
  const own = ({ parts }: Files) =>
    parts.map(({ key, bytes }) => ({ url: `s3://${bucket}/${key}`, bytes }))
  const { keys, files = [] } = extract
  const rows = { key: manifestKey(prefix), manifest: copyManifest([...own(extract), ...files]) }
  if (!keys) return [rows]
  return [{ key: manifestKey(keysPrefix(prefix)), manifest: copyManifest(own(keys)) }, rows]
}
