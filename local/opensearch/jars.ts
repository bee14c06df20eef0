import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Release, Runnable } from './release.ts'

/** The folder below `directory` with a release's jars, fetched if it is not there. */
export async function fetchJars(
  { release, java, maven }: Runnable,
  directory: string,
  log: (sentence: string) => void,
): Promise<string> {
  const home = join(directory, release.version)
  if (existsSync(home)) return home
  log(`fetching OpenSearch ${release.version} from Maven Central, once: 50 MB`)
  // Only the rename makes it count: what an interrupted run leaves behind has another name.
  const unfinished = `${home}.${process.pid}`
  try {
    mkdirSync(unfinished, { recursive: true })
    writeFileSync(join(unfinished, 'pom.xml'), pomOf(release))
    const args = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib']
    await promisify(execFile)(maven, args, {
      cwd: unfinished,
      env: { ...process.env, JAVA_HOME: java.home },
    })
    makeModule(unfinished, release)
    mkdirSync(join(unfinished, 'config'))
    if (!existsSync(home)) renameSync(unfinished, home)
    return home
  } catch (error) {
    const { stdout = '', message } = error as Error & { stdout?: string }
    const why = stdout.trim().split('\n').slice(0, 3).join('\n') || message
    throw new Error(`Maven could not fetch OpenSearch ${release.version}: ${why}`, { cause: error })
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

function pomOf({ version, log4j }: Release): string {
  const needs = [
    ['org.opensearch', 'opensearch', version],
    ['org.opensearch', 'opensearch-plugin-classloader', version],
    ['org.opensearch.plugin', 'transport-netty4-client', version],
    ['org.apache.logging.log4j', 'log4j-core', log4j],
  ].map(
    ([group, artifact, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
      `<version>${version}</version></dependency>`,
  )
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>usher</groupId><artifactId>opensearch</artifactId><version>1</version>
  <dependencies>
    ${needs.join('\n    ')}
  </dependencies>
</project>
`
}

/** Moves what speaks HTTP to a folder of its own, as the server wants its modules. */
function makeModule(home: string, { version, transport }: Release): void {
  const module = join(home, 'modules', 'transport-netty4')
  mkdirSync(module, { recursive: true })
  for (const jar of readdirSync(join(home, 'lib'))) {
    if (!/^(netty-|opensearch-netty4-|transport-netty4-)/.test(jar)) continue
    renameSync(join(home, 'lib', jar), join(module, jar))
  }
  const description = {
    name: 'transport-netty4',
    description: 'HTTP',
    version,
    'opensearch.version': version,
    'java.version': '11',
    classname: transport,
  }
  const lines = Object.entries(description).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(module, 'plugin-descriptor.properties'), lines.join(''))
}
