/** What the first line of every generated file says, which tells it from what a person wrote. */
export const MARK = 'Written by `npx usher lookml`'

/** Whether a file is one of those. */
export const isOurs = (text: string): boolean => text.split('\n', 1)[0]?.includes(MARK) === true

const firstLine = `# ${MARK}, and again each time: refine it in /refinements.`

/** A line, several, or nothing. */
type Part = string | readonly string[] | undefined

/** A block: its parameters, and the blocks in it, are indented. */
export const block = (head: string, ...parts: readonly Part[]): string[] => [
  `${head} {`,
  ...linesOf(parts).map((line) => (line === '' ? '' : `  ${line}`)),
  '}',
]

/** A whole file, an empty line before each of its parts. */
export const file = (...parts: readonly Part[]): string =>
  `${[[firstLine], ...parts.map((part) => linesOf([part])).filter((lines) => lines.length > 0)]
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`

const linesOf = (parts: readonly Part[]): string[] => parts.flatMap((part) => part ?? [])

/** SQL as a parameter: it ends at `;;`, which no name of Redshift's that we take holds. */
export const sqlLine = (parameter: string, sql: string): string => `${parameter}: ${sql} ;;`

/**
 * Text of a person's in quotes. Looker would run `{{` and `{%` as Liquid, take `@{` for a constant
 * and may end a block at `;;`: such pairs are parted by a blank.
 */
export function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const parted = line.replaceAll(/\{(?=[{%])|@(?=\{)|;(?=;)/g, (sign) => `${sign} `)
  return `"${parted.replaceAll(/["\\]/g, (sign) => `\\${sign}`)}"`
}

/** A line of comment. */
export const comment = (text: string): string => `# ${text.replaceAll(/\s+/g, ' ').trim()}`
