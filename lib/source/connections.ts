import { Failure } from '../error.ts'

/** Refuses what is no number of connections. Throws a BadDeclaration. */
export function checkConnections(source: string, connections: number | undefined): void {
  if (connections === undefined || (Number.isInteger(connections) && connections > 0)) return
  const problem = `connections: ${connections} is no number of them: give 1 or more`
  throw new Failure('BadDeclaration', `${source}: ${problem}`)
}
