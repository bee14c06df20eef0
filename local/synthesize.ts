import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

/** What the synthesized app is made of. */
const SOURCES = ['bin', 'lib', 'lambdas', 'warehouse', 'cdk.json', 'package-lock.json']

/** Where the app was synthesized to, and what it was made of then. */
const OUTPUT = 'cdk.out'
const STAMP = join(OUTPUT, 'made-of.sha256')

/**
 * Synthesizes the app as `cdk deploy` would, unless nothing has changed since. Gives the directory.
 * Throws an error with what the app said.
 */
export async function synthesize(): Promise<string> {
  const stamp = hashOf(SOURCES)
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return resolve(OUTPUT)
  const args = ['synth', '--quiet', '--no-lookups', '--no-notices', '--output', OUTPUT]
  const env = { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true' }
  try {
    await promisify(execFile)(join('node_modules', '.bin', 'cdk'), args, { env })
  } catch (error) {
    const { stderr = '', stdout = '' } = error as { stderr?: string; stdout?: string }
    throw new Error(`the app cannot be synthesized:\n${stdout}${stderr}`)
  }
  // The synthesis may have written warehouse/index.ts.
  writeFileSync(STAMP, hashOf(SOURCES))
  return resolve(OUTPUT)
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of paths) {
    for (const file of filesOf(path)) hash.update(`${file}\0`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

function filesOf(path: string): string[] {
  if (/\.json$/.test(path)) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
