/**
 * Shows that an extract's memory does not grow with its rows: each source is read at 100,000 and at
 * 1,000,000 rows, in a process that runs as a function does, and the peaks are compared. `npm run bench:memory [name …]`
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { nodeOptions } from '../../lib/night/environment.ts'
import { EXTRACT_MEGABYTES } from '../../lib/table/resources.ts'
import { startS3 } from '../../local/services/s3.ts'
import { serve } from '../source/subject.ts'
import { subjects } from '../source/subjects/index.ts'

const SIZES = [100_000, 1_000_000] as const
const MOST = 1.2

interface Measured {
  readonly rows: number
  readonly seconds: number
  readonly peak: number
}

const wanted = process.argv.slice(2)
let tooMuch = false
console.log('source               rows   seconds   peak MB')
for (const subject of subjects) {
  if (wanted.length > 0 && !wanted.includes(subject.name)) continue
  const peaks: number[] = []
  for (const rows of SIZES) {
    const server = await serve(subject, rows)
    const s3 = await startS3('/nonexistent', ['staging'])
    try {
      const { seconds, peak, ...found } = await measure(subject.name, s3.url)
      if (found.rows !== rows) throw new Error(`${subject.name}: ${found.rows} rows of ${rows}`)
      peaks.push(peak)
      const cells = [rows.toLocaleString('en-US').padStart(12), seconds.toFixed(1).padStart(10)]
      console.log(subject.name.padEnd(12), ...cells, peak.toFixed(0).padStart(9))
    } finally {
      await s3.stop()
      await server.stop()
    }
  }
  const ratio = (peaks[1] ?? 0) / (peaks[0] ?? 1)
  if (ratio > MOST) tooMuch = true
  console.log(`${subject.name.padEnd(12)} ratio ${ratio.toFixed(2)}`)
}
process.exitCode = tooMuch ? 1 : 0

async function measure(name: string, s3: string): Promise<Measured> {
  const file = fileURLToPath(new URL('./extract.ts', import.meta.url))
  const env = { ...process.env, STAGING_URL: s3, NODE_OPTIONS: nodeOptions(EXTRACT_MEGABYTES) }
  const { stdout } = await promisify(execFile)(process.execPath, [file, name], { env })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}
