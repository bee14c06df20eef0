import type { Graph, Node } from './graph.ts'

/** A night as Step Functions can run it: one after another, or side by side. */
export type Plan =
  | { readonly kind: 'table'; readonly node: Node }
  | { readonly kind: 'series'; readonly steps: readonly Plan[] }
  | { readonly kind: 'parallel'; readonly branches: readonly Plan[] }

/**
 * Arranges tables in series and parallel so that each comes after what it needs. Tables that have
 * nothing to do with each other never wait for each other; where an exact arrangement does not
 * exist, the tables that need nothing of the rest come first, together.
 */
export function planOf(graph: Graph): Plan {
  return arrange([...graph.values()])
}

function arrange(nodes: readonly Node[]): Plan {
  const groups = components(nodes)
  if (groups.length > 1) return { kind: 'parallel', branches: groups.map(arrange) }
  const [only, ...others] = nodes
  if (!only) return { kind: 'parallel', branches: [] }
  if (others.length === 0) return { kind: 'table', node: only }
  const [last, ...otherLast] = nodes.filter(
    ({ id }) => !nodes.some(({ needs }) => needs.includes(id)),
  )
  if (last && otherLast.length === 0) {
    return series(arrange(nodes.filter((node) => node !== last)), { kind: 'table', node: last })
  }
  const ids = new Set(nodes.map(({ id }) => id))
  const first = nodes.filter(({ needs }) => !needs.some((need) => ids.has(need)))
  return series(arrange(first), arrange(nodes.filter((node) => !first.includes(node))))
}

function series(...steps: readonly Plan[]): Plan {
  return {
    kind: 'series',
    steps: steps.flatMap((step) => (step.kind === 'series' ? step.steps : [step])),
  }
}

/** The groups of tables that have nothing to do with each other. */
function components(nodes: readonly Node[]): Node[][] {
  const group = new Map(nodes.map((node) => [node.id, [node]]))
  for (const { id, needs } of nodes) {
    for (const need of needs) {
      const mine = group.get(id)
      const theirs = group.get(need)
      if (!mine || !theirs || mine === theirs) continue
      mine.push(...theirs)
      for (const node of theirs) group.set(node.id, mine)
    }
  }
  return [...new Set(group.values())].map((members) =>
    nodes.filter((node) => members.includes(node)),
  )
}
