import { createHash } from 'node:crypto'
import type { Plan } from './plan.ts'

/** Step Functions' longest name of a state. */
const LONGEST = 80

/** The name of a state, `Extract events`: cut, and told apart by a hash, where it is too long. */
export function stateName(...words: readonly string[]): string {
  const name = words.join(' ')
  if (name.length <= LONGEST) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 6)
  return `${name.slice(0, LONGEST - 8)}… ${hash}`
}

/** What a person reads on a Parallel state, `events, orders and 4 more`; each name is used once. */
export function parallelName(plan: Plan, taken: Set<string>): string {
  const tables = tablesOf(plan)
  const [first, second, ...others] = tables
  const name =
    others.length === 0 ? tables.join(' and ') : `${first}, ${second} and ${others.length} more`
  let unique = stateName(name || 'nothing')
  for (let copy = 2; taken.has(unique); copy++) unique = stateName(name, `(${copy})`)
  taken.add(unique)
  return unique
}

function tablesOf(plan: Plan): string[] {
  if (plan.kind === 'table') return [plan.node.id]
  return (plan.kind === 'series' ? plan.steps : plan.branches).flatMap(tablesOf)
}
