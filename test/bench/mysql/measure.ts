import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { end, tie } from '../../../local/server/child.ts'
import { peakOf } from '../peak.ts'

export interface Measured {
  /** Seconds of CPU, user's and system's, of all processes of the command. */
  readonly cpu: number
  /** Seconds on the clock. */
  readonly wall: number
  /** The most memory resident, in bytes: of a pipe, that of its processes together. */
  readonly peak: number
  /** What a program of this folder says of its own run. */
  readonly said?: Said
}

export interface Said {
  readonly rows: number
  /** Compressed. */
  readonly bytes: number
  readonly peak?: number
}

/** How often memory is looked at. The system itself keeps the peak: only a last rise is missed. */
const MILLISECONDS = 50

/** Runs a command of Bash and measures it. Throws what it complained of, where it failed. */
export async function measure(command: string, env: NodeJS.ProcessEnv = {}): Promise<Measured> {
  // Bash counts all that it waits for, which no API of Node does.
  const script = `set -o pipefail; TIMEFORMAT='%3U %3S %3R'; time { ${command}; }`
  const child = spawn('bash', ['-c', script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  tie(child, () => {})
  const peaks = new Map<number, number>()
  const timer = setInterval(() => watch(child.pid ?? 0, peaks), MILLISECONDS)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  try {
    const [status, output, complaint] = await Promise.all([
      ended,
      text(child.stdout),
      text(child.stderr),
    ])
    if (status !== 0) throw new Error(`${command}\nended with ${status}:\n${complaint}`)
    const [user = 0, system = 0, wall = 0] = (complaint.trim().split('\n').at(-1) ?? '')
      .split(' ')
      .map(Number)
    const said: Said | undefined = output === '' ? undefined : JSON.parse(output)
    const peak = said?.peak ?? [...peaks.values()].reduce((sum, one) => sum + one, 0)
    return { cpu: user + system, wall, peak, said }
  } finally {
    clearInterval(timer)
    await end(child)
  }
}

/** Notes the peaks of all processes that come from one. */
function watch(pid: number, peaks: Map<number, number>): void {
  for (const child of childrenOf(pid)) {
    const peak = peakOf(child)
    if (peak !== undefined) peaks.set(child, peak)
    watch(child, peaks)
  }
}

function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return children.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
