import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

/** What the synthesized app is made of. */
const SOURCES = ['bin', 'lib', 'lambdas', 'warehouse', 'cdk.json', 'package-lock.json']

/**
 * Synthesizes the app as `cdk deploy` would, unless nothing has changed since: to a directory of its
 * own, which nobody else writes to. Gives the directory. Throws an error with what the app said.
 */
export async function synthesize(home: string): Promise<string> {
  const output = join(home, 'cdk.out')
  const made = join(output, 'made-of.sha256')
  const stamp = hashOf(SOURCES)
  if (existsSync(made) && readFileSync(made, 'utf8') === stamp) return resolve(output)
  const args = ['synth', '--quiet', '--no-lookups', '--no-notices', '--output', output]
  const env = { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true' }
  try {
    await promisify(execFile)(join('node_modules', '.bin', 'cdk'), args, { env })
  } catch (error) {
    const { stderr = '', stdout = '' } = error as { stderr?: string; stdout?: string }
    throw new Error(`the app cannot be synthesized:\n${stdout}${stderr}`)
  }
  // The synthesis may have written warehouse/index.ts.
  writeFileSync(made, hashOf(SOURCES))
  return resolve(output)
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
