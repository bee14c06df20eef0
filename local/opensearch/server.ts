import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { failureOf, untilAnswer } from '../server/answers.ts'
import { end, tie } from '../server/child.ts'
import { openLog, tailOf } from '../server/log.ts'
import { freePort } from '../server/port.ts'
import { fetchJars } from './jars.ts'
import type { Runnable } from './release.ts'

export interface ServerOptions {
  readonly runnable: Runnable
  /** Where jars are kept. */
  readonly jars: string
  /** Where the server keeps its data and its log; made if it is not there. */
  readonly data: string
  readonly log?: (sentence: string) => void
}

export interface Server {
  /** `http://127.0.0.1:34567`, where nobody is asked for a password. */
  readonly url: string
  stop(): Promise<void>
}

/** Starts one node on 127.0.0.1. It ends with this process, however this process ends. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { runnable, log = () => {} } = options
  const [data, jars] = [resolve(options.data), resolve(options.jars)]
  const home = await fetchJars(runnable, jars, log)
  mkdirSync(data, { recursive: true })
  const port = await freePort()
  const file = openLog(join(data, 'server.log'))
  const child = spawn(
    join(runnable.java.home, 'bin', 'java'),
    [
      ...[
        '-Xms256m',
        '-Xmx256m',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        '-cp',
        `${home}/lib/*`,
      ],
      fileURLToPath(new URL('Launcher.java', import.meta.url)),
      ...settingsOf(home, data, port, await freePort()),
    ],
    // It ends when its input does. A group of its own keeps the terminal's Ctrl-C from it.
    { cwd: data, detached: true, stdio: ['pipe', file.fd, file.fd] },
  )
  file.close()
  tie(child, () => {})
  const url = `http://127.0.0.1:${port}`
  try {
    log(`starting OpenSearch ${runnable.release.version}`)
    // It answers before it has opened the indices that it keeps.
    const ask = async () => {
      const health = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=30s`)
      if (!health.ok) throw new Error(`it answers ${health.status}`)
    }
    await untilAnswer(ask, failureOf(child), 60)
  } catch (error) {
    await end(child)
    const why = error instanceof Error ? error.message : error
    const anew = `(rm -rf '${data}' makes its data anew)`
    throw new Error(`OpenSearch did not start: ${why} ${anew}${tailOf(file.file)}`, {
      cause: error,
    })
  }
  return { url, stop: () => end(child) }
}

const settingsOf = (home: string, data: string, port: number, transport: number): string[] => [
  `path.home=${home}`,
  `path.data=${data}/data`,
  `path.logs=${data}/logs`,
  `http.port=${port}`,
  `transport.port=${transport}`,
  'network.host=127.0.0.1',
  'discovery.type=single-node',
  'cluster.name=usher',
  'node.name=usher',
  // The data can be made again in seconds; a full disk is no reason to refuse it.
  'cluster.routing.allocation.disk.threshold_enabled=false',
  // Counting what is only waiting to be collected, it would refuse work that a small heap can do.
  'indices.breaker.total.use_real_memory=false',
]
