import type { FileFormat, ListedFile } from '../table/origin.ts'

/** The manifest that COPY reads: exactly the files of one extract, each of which must be there. */
export interface CopyManifest {
  readonly entries: readonly {
    readonly url: string
    readonly mandatory: true
    readonly meta: { readonly content_length: number }
  }[]
}

/** A file of rows that the extract wrote. */
export interface Part {
  readonly key: string
  readonly rows: number
  /** Its size as it lies on S3. */
  readonly bytes: number
  /** Of the bytes on S3, in hexadecimal. */
  readonly sha256: string
}

/** What COPY does not ask for and Usher does: it lies beside the manifest. */
export interface Extract {
  readonly table: string
  /** The day it is of. */
  readonly date: string
  /** The columns that the files hold, in order. */
  readonly columns: readonly string[]
  readonly format: FileFormat
  /** The rows that were written; only COPY knows how many are in files that others wrote. */
  readonly rows?: number
  readonly bytes: number
  /** What the extract wrote: deleted once it is loaded. */
  readonly parts: readonly Part[]
  /** What others wrote: left where it is. */
  readonly files?: readonly ListedFile[]
  /** What the day was like when it was read. */
  readonly fingerprint?: string
  /** What was done to values on the way, and how often. */
  readonly notes: Readonly<Record<string, number>>
}

export const extractKey = (prefix: string): string => `${prefix}/extract.json`
export const manifestKey = (prefix: string): string => `${prefix}/manifest.json`
/** Where COPY finds which field of a JSON object is which column. */
export const pathsKey = (prefix: string): string => `${prefix}/jsonpaths.json`

export function copyManifest(files: readonly Pick<ListedFile, 'url' | 'bytes'>[]): CopyManifest {
  return {
    entries: files.map(({ url, bytes }) => ({
      url,
      mandatory: true,
      meta: { content_length: bytes },
    })),
  }
}
