/** The test command: format and lint, types, then every test; ends with `N passed, N failed`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const bin = (name: string): string => join('node_modules', '.bin', name)

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  const { status, error } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  if (error) console.error(error.message)
  return status === 0
}

interface JestSummary {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numRuntimeErrorTestSuites: number
}

const checks: readonly [what: string, command: string, args: readonly string[]][] = [
  ['format and lint', bin('biome'), ['ci', '--colors=off', '.']],
  ['types', bin('tsc'), []],
]
let [passed, failed, skipped] = [0, 0, 0]
for (const [what, command, args] of checks) {
  console.log(`${what} …`)
  if (run(command, args)) passed++
  else failed++
}

const scratch = mkdtempSync(join(tmpdir(), 'usher-test-'))
const summary = join(scratch, 'jest.json')
run(
  bin('jest'),
  ['--json', `--outputFile=${summary}`, '--silent=false', ...process.argv.slice(2)],
  {
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
  },
)
try {
  const jest = JSON.parse(readFileSync(summary, 'utf8')) as JestSummary
  passed += jest.numPassedTests
  failed += jest.numFailedTests + jest.numRuntimeErrorTestSuites
  skipped += jest.numPendingTests
} catch {
  console.error('jest left no summary')
  failed++
}
rmSync(scratch, { recursive: true })

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed === 0 ? 0 : 1
