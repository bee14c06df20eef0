import { createHash } from 'node:crypto'

/** Step Functions' longest name of a state. */
const LONGEST = 80

/** The name of a state, `Extract events`: cut, and told apart by a hash, where it is too long. */
export function stateName(...words: readonly string[]): string {
  const name = words.join(' ')
  if (name.length <= LONGEST) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 6)
  return `${name.slice(0, LONGEST - 8)}… ${hash}`
}

/** Gives each group of tables a name of its own, `events, orders and 4 more`. */
export function groupNames(): (tables: readonly string[]) => string {
  const taken = new Set<string>()
  return (tables) => {
    const [first, second, ...others] = tables
    const name =
      others.length === 0 ? tables.join(' and ') : `${first}, ${second} and ${others.length} more`
    let unique = stateName(name || 'nothing')
    for (let copy = 2; taken.has(unique); copy++) unique = stateName(name, `(${copy})`)
    taken.add(unique)
    return unique
  }
}

/** What stands in a definition for a value that is known only when it is deployed. */
export const placeholder = (name: string): string => `\${${name}}`
