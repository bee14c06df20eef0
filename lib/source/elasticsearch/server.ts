import { Failure } from '../../error.ts'
import type { Client } from './client.ts'

/** What sets the two families apart: all of it is here. */
export interface Dialect {
  readonly product: string
  /** The first version that has points in time, `_shard_doc` to sort them by, and slices of them. */
  readonly since: readonly [major: number, minor: number]
  readonly openPath: (index: string) => string
  /** Refuses a point in time that lacks shards; Elasticsearch does so unasked. */
  readonly openQuery: Readonly<Record<string, string>>
  readonly idIn: (answer: PointInTime) => string | undefined
  readonly closePath: string
  readonly closeBody: (id: string) => object
}

export interface PointInTime {
  readonly id?: string
  readonly pit_id?: string
}

const elasticsearch: Dialect = {
  product: 'Elasticsearch',
  since: [7, 15],
  openPath: (index) => `/${index}/_pit`,
  openQuery: {},
  idIn: ({ id }) => id,
  closePath: '/_pit',
  closeBody: (id) => ({ id }),
}

const opensearch: Dialect = {
  product: 'OpenSearch',
  since: [3, 3],
  openPath: (index) => `/${index}/_search/point_in_time`,
  openQuery: { allow_partial_pit_creation: 'false' },
  idIn: ({ pit_id }) => pit_id,
  closePath: '/_search/point_in_time',
  closeBody: (id) => ({ pit_id: [id] }),
}

/** Who answers, as far as it matters for reading. */
export interface Server {
  readonly dialect: Dialect
  /** Whether it reads by points in time; else it must be scrolled. */
  readonly hasPointInTime: boolean
}

interface Root {
  readonly version?: { readonly number?: string; readonly distribution?: string }
}

/** Asks the server who it is. */
export async function identify({ source, host, call }: Client): Promise<Server> {
  const { version } = (await call({ method: 'GET', path: '/' })) as Root
  const [, major = NaN, minor = NaN] =
    /^(\d+)\.(\d+)/.exec(version?.number ?? '')?.map(Number) ?? []
  if (Number.isNaN(major)) {
    throw new Failure(
      'SourceRefused',
      `${source}: ${host} does not say which version of Elasticsearch or OpenSearch it is`,
    )
  }
  const isOpenSearch = version?.distribution === 'opensearch'
  const dialect = isOpenSearch ? opensearch : elasticsearch
  if (!isOpenSearch && major < 7) {
    const problem = `${host} is Elasticsearch ${version?.number}, and only 7 and later can be read`
    throw new Failure('SourceRefused', `${source}: ${problem}`)
  }
  const [since, sinceMinor] = dialect.since
  // An OpenSearch that is set to be taken for its ancestor calls itself 7.10.2.
  const pretends = isOpenSearch && version?.number === '7.10.2'
  const isRecent = major > since || (major === since && minor >= sinceMinor)
  return { dialect, hasPointInTime: isRecent && !pretends }
}
