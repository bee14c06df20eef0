/** The manifest that COPY reads: exactly the parts of one extract, each of which must be there. */
export interface CopyManifest {
  readonly entries: readonly {
    readonly url: string
    readonly mandatory: true
    readonly meta: { readonly content_length: number }
  }[]
}

/** A file of rows. */
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
  readonly date: string
  readonly columns: readonly string[]
  readonly codec: 'zstd'
  /** The bare word that stands for NULL. */
  readonly marker: string
  readonly rows: number
  readonly bytes: number
  readonly parts: readonly Part[]
  /** What was done to values on the way, and how often. */
  readonly notes: Readonly<Record<string, number>>
}

export const extractKey = (prefix: string): string => `${prefix}/extract.json`
export const manifestKey = (prefix: string): string => `${prefix}/manifest.json`

export function copyManifest(bucket: string, parts: readonly Part[]): CopyManifest {
  return {
    entries: parts.map(({ key, bytes }) => ({
      url: `s3://${bucket}/${key}`,
      mandatory: true,
      meta: { content_length: bytes },
    })),
  }
}
