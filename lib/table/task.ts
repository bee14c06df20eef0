import { Failure } from '../error.ts'
import { definition, type Resources, type Tasked, type TaskRun } from './definition.ts'
import { type After, needsOf } from './needs.ts'

/**
 * Work of a night that makes no table: any async function of the run date, in the graph as a table
 * is. It may be run twice for one date, and must leave what once would have left.
 */
export function task(
  name: string,
  traits: {
    /** One sentence for the people who read the graph. */
    readonly description?: string
    /** The tables and tasks that must be complete first. */
    readonly after?: After
    readonly run: TaskRun
    /** Memory in MB and time in minutes, where the task needs other than 512 and 15. */
    readonly resources?: Resources
  },
): Tasked {
  if (!/^[a-z_][a-z0-9_]{0,63}$/.test(name)) {
    const problem = `the task name '${name}' must be lower-case letters, digits and _, 64 at most`
    throw new Failure('BadDeclaration', `${name}: ${problem}`)
  }
  const { description, after, run, resources = {} } = traits
  return {
    [definition]: { id: name, name, description, needs: needsOf(name, after), run, resources },
  }
}
