import type { Graph, Node } from '../graph/graph.ts'
import { groupsApart } from '../graph/order.ts'
import { ALLOWED, type Budget } from './budget.ts'

/** Of what is allowed, what a part may take: the rest is for retries, redrives and later tables. */
const MOST = {
  bytes: 0.85 * ALLOWED.bytes,
  events: 0.5 * ALLOWED.events,
  /** With what waiting adds, which is such retries. */
  inAll: 0.8 * ALLOWED.events,
} as const

/**
 * The tables of each state machine that a night needs: one, unless they are too many for its limits.
 * Tables that have to do with each other are kept together as far as they go.
 */
export function partsOf(
  graph: Graph,
  budgetOf: (node: Node) => Omit<Budget, 'transitions'>,
): string[][] {
  const parts: string[][] = []
  let room = { bytes: 0, events: 0, inAll: 0 }
  for (const node of inGroups(graph)) {
    const { bytes, events, waiting } = budgetOf(node)
    const inAll = events + waiting
    if (bytes > room.bytes || events > room.events || inAll > room.inAll) {
      parts.push([])
      room = { ...MOST }
    }
    parts.at(-1)?.push(node.id)
    room = {
      bytes: room.bytes - bytes,
      events: room.events - events,
      inAll: room.inAll - inAll,
    }
  }
  return parts
}

/** The nodes, those that have nothing to do with each other in groups, each after what it needs. */
function inGroups(graph: Graph): Node[] {
  const nodes = [...graph.values()]
  const numbers = new Map(nodes.map(({ id }, number) => [id, number]))
  const members = [...nodes.keys()]
  const needs = (of: number) => (nodes[of]?.needs ?? []).map((id) => numbers.get(id) ?? -1)
  return groupsApart({ members, needs }).flatMap((group) => group.map((at) => nodes[at] as Node))
}
