import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const MOST = 10

/** What the compiler has against the code, a line for each mistake; undefined where there is none. */
export function typeErrors(): string | undefined {
  const { stdout, status, error } = spawnSync(
    'node_modules/.bin/tsc',
    ['-p', 'tsconfig.app.json', '--pretty', 'false'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  if (error) throw error
  if (status === 0) return undefined
  const lines = stdout.trim().split('\n')
  const more =
    lines.length > MOST ? [`… and more: npx tsc -p tsconfig.app.json shows them all`] : []
  return [...lines.slice(0, MOST), ...more].join('\n')
}
