import { findJava, type Java, onPath } from './java.ts'

/** An OpenSearch that can be had from Maven Central. */
export interface Release {
  readonly version: string
  /** The oldest Java that runs it. */
  readonly java: number
  /** The log4j-core it needs, which its own list of needs calls optional. */
  readonly log4j: string
  /** The plugin that lets it speak HTTP. */
  readonly transport: string
}

/** The last that is scrolled, and one that has points in time; the newest first. */
export const releases: readonly Release[] = [
  {
    version: '3.9.0',
    java: 21,
    log4j: '2.25.5',
    transport: 'org.opensearch.transport.Netty4ModulePlugin',
  },
  {
    version: '2.19.6',
    java: 11,
    log4j: '2.25.4',
    transport: 'org.opensearch.transport.Netty4Plugin',
  },
]

/** A release, with the Java to run it by and Maven to fetch it by. */
export interface Runnable {
  readonly release: Release
  readonly java: Java
  readonly maven: string
}

/** What of the releases can be run here, the newest first. */
export function runnable(): Runnable[] {
  const [java] = findJava()
  const [maven] = onPath('mvn')
  if (!java || !maven) return []
  return releases.flatMap((release) =>
    java.version >= release.java ? [{ release, java, maven }] : [],
  )
}
