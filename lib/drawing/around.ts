import { Failure } from '../error.ts'
import { downstream, type Graph, upstream } from '../graph/graph.ts'
import { namesLike } from '../graph/near.ts'

/**
 * A table, all it is made from and all that is made from it. Throws a BadInput where there is no
 * such table, with the names that are near.
 */
export function around(graph: Graph, id: string): Set<string> {
  if (!graph.has(id)) {
    throw new Failure('BadInput', `no such table: ${id}; ${namesLike([id], [...graph.keys()])}`)
  }
  return new Set([...upstream(graph, id), id, ...downstream(graph, id)])
}
