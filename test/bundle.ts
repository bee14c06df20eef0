import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The bytes of JavaScript that each package, or Usher itself, has in the bundle of a folder. */
export function packagesOf(folder: string): ReadonlyMap<string, number> {
  const { sources, mappings } = JSON.parse(readFileSync(join(folder, 'index.mjs.map'), 'utf8')) as {
    sources: readonly string[]
    mappings: string
  }
  const lines = readFileSync(join(folder, 'index.mjs'), 'utf8').split('\n')
  const bytes = new Map<string, number>()
  // Both count on from segment to segment; the column begins anew with each line.
  let source = 0
  for (const [at, line] of mappings.split(';').entries()) {
    let column = 0
    let owner: string | undefined
    const end = (to: number) => {
      if (owner !== undefined) bytes.set(owner, (bytes.get(owner) ?? 0) + to - column)
    }
    for (const segment of line.split(',').filter(Boolean)) {
      const [step = 0, other = 0] = numbersOf(segment)
      end(column + step)
      column += step
      source += other
      owner = packageOf(sources[source] ?? '')
    }
    end(lines[at]?.length ?? 0)
  }
  return bytes
}

/** What the bundle of a folder imports or requires when it is loaded or later, as it names it. */
export function importsOf(folder: string): ReadonlySet<string> {
  const code = readFileSync(join(folder, 'index.mjs'), 'utf8')
  // What esbuild has CommonJS call in place of `require`, under the short name that it got.
  const require = /[,;\s]([\w$]+)=\(\w=>typeof require<"u"\?require:/.exec(code)?.[1]
  const calls = ['import', ...(require ? [require.replaceAll('$', '\\$')] : [])].join('|')
  const found = [
    ...code.matchAll(/\bimport(?:[\w$*{},\s]+\bfrom)?\s*"(@?[a-z][\w@./:-]*)"/g),
    ...code.matchAll(new RegExp(`(?<![\\w$.])(?:${calls})\\("([^"]+)"\\)`, 'g')),
  ]
  return new Set(found.map(([, name = '']) => name))
}

/** `mysql2` of a file in it, however deep it lies; `usher` of our own. */
const packageOf = (file: string): string =>
  /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'usher'

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The numbers of a segment of a source map: five bits a digit, the sign last. */
function numbersOf(segment: string): number[] {
  const numbers: number[] = []
  let [number, shift] = [0, 0]
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit)
    number += (bits & 31) << shift
    shift += 5
    if (bits & 32) continue
    numbers.push(number & 1 ? -(number >> 1) : number >> 1)
    ;[number, shift] = [0, 0]
  }
  return numbers
}
