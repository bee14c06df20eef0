import { provideAnalytics } from './analytics/provide.ts'
import { provideLogs } from './logs/provide.ts'
import { provideMysql } from './mysql/provide.ts'
import { provideElasticsearch } from './opensearch/provide.ts'
import { provideHttp } from './partners/provide.ts'
import { provideRedis } from './redis/provide.ts'
import { provideSpark } from './spark/provide.ts'

/** A source as the warehouse declares it. */
export interface SourceInfo {
  readonly name: string
  readonly kind: string
  readonly secret?: string
  readonly bucket?: string
}

/** A source that a night can read; or why it cannot be had, and what would provide it. */
export type Provided = Had | { readonly missing: string }

/** What there is of a source that can be had. */
export interface Had {
  /** What its secret says. */
  readonly secret?: object
  /** What its bucket holds. */
  readonly files?: () => Iterable<SourceFile> | AsyncIterable<SourceFile>
  readonly stop?: () => Promise<void>
}

export interface SourceFile {
  readonly key: string
  readonly body: Uint8Array
}

/** What a provider is told of the night and the machine. */
export interface Place {
  /** The variable that names a user's own server: `PRODUCTION_URL`. */
  readonly variable: string
  /** What it holds. */
  readonly url?: string
  /** Where servers that are started here keep their data. */
  readonly directory: string
  /** The run date, which sample data is made for. */
  readonly date: string
  readonly log: (sentence: string) => void
}

type Provider = (source: SourceInfo, place: Place) => Promise<Provided>

/** One for each kind of source that is not made of code. */
const providers: Readonly<Record<string, Provider>> = {
  http: provideHttp,
  googleAnalytics: provideAnalytics,
  elasticsearch: provideElasticsearch,
  mysql: provideMysql,
  redis: provideRedis,
  s3: provideLogs,
  spark: provideSpark,
}

/** The user's own server, where the environment names one; else the sample's, if it can be had. */
export async function provide(
  source: SourceInfo,
  place: Omit<Place, 'variable' | 'url'>,
): Promise<Provided> {
  const provider = providers[source.kind]
  if (!provider) return { missing: `a night here knows no ${source.kind}` }
  const variable = variableOf(source)
  return provider(source, { ...place, variable, url: urlOf(source) })
}

const variableOf = ({ name }: SourceInfo) => `${name.toUpperCase().replaceAll(/\W/g, '_')}_URL`

/** The URL that the environment gives of a source, if it does. */
export const urlOf = (source: SourceInfo): string | undefined =>
  process.env[variableOf(source)] || undefined
