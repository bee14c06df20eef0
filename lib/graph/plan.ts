import type { Graph, Node } from './graph.ts'
import { Groups, groupsApart, groupsInTurn } from './order.ts'
import { type Seconds, scheduleOf } from './schedule.ts'

/** A night as Step Functions can run it: one after another, or side by side. */
export type Plan =
  | {
      readonly kind: 'table'
      readonly node: Node
      /** What it needs besides what comes before it in the plan: it waits for their receipts. */
      readonly awaits: readonly string[]
    }
  | { readonly kind: 'series'; readonly steps: readonly Plan[] }
  | { readonly kind: 'parallel'; readonly branches: readonly Plan[] }

/**
 * Arranges tables in series and parallel so that no table comes after one that it does not need. Most
 * graphs cannot be arranged so: then a table comes after the upstream that ends last, and awaits
 * the others, which should long be there. With `only`, a part of the graph: what its tables need of
 * the rest is awaited.
 */
export function planOf(
  graph: Graph,
  seconds: Seconds,
  only: Iterable<string> = graph.keys(),
): Plan {
  return new Planner(graph, seconds, new Set(only)).plan()
}

class Planner {
  private readonly nodes: readonly Node[]
  /** The numbers of what each node needs and follows in the plan. */
  private readonly follows: number[][]
  private readonly awaits: string[][]
  private readonly starts: readonly number[]
  private readonly ends: readonly number[]

  constructor(graph: Graph, seconds: Seconds, only: ReadonlySet<string>) {
    const slots = scheduleOf(graph, seconds)
    const nodes = [...graph.values()].filter(({ id }) => only.has(id))
    const numbers = new Map(nodes.map(({ id }, number) => [id, number]))
    this.nodes = nodes
    this.starts = nodes.map(({ id }) => slots.get(id)?.start ?? 0)
    this.ends = nodes.map(({ id }) => slots.get(id)?.end ?? 0)
    const inner = nodes.map(({ needs }) => needs.flatMap((need) => numbers.get(need) ?? []))
    this.follows = withoutImplied(inner)
    this.awaits = nodes.map(({ needs }) => needs.filter((need) => !numbers.has(need)))
  }

  plan(): Plan {
    return this.arrange([...this.nodes.keys()])
  }

  private arrange(members: readonly number[]): Plan {
    const [first] = members
    if (first !== undefined && members.length === 1) {
      const awaits = this.awaits[first] ?? []
      return { kind: 'table', node: this.nodes[first] as Node, awaits }
    }
    const order = { members, needs: (member: number) => this.follows[member] ?? [] }
    const apart = groupsApart(order)
    if (apart.length !== 1) return parallel(apart.map((group) => this.arrange(group)))
    const inTurn = groupsInTurn(order)
    if (inTurn.length > 1) return series(inTurn.map((group) => this.arrange(group)))
    return parallel(this.split(members).map((group) => this.arrange(group)))
  }

  /**
   * Cuts what cannot be arranged into two that can be side by side. The links that matter most are
   * kept: of each table that to the upstream that ends last, then those where the upstream ends
   * least long before the table starts. Links across the cut become awaits.
   */
  private split(members: readonly number[]): number[][] {
    const end = (need: number) => this.ends[need] ?? 0
    const groups = new Groups(members)
    let count = members.length
    const isMember = new Set(members)
    const links: { member: number; need: number; slack: number }[] = []
    for (const member of members) {
      const needs = (this.follows[member] ?? []).filter((need) => isMember.has(need))
      const [last, ...others] = needs.toSorted((a, b) => end(b) - end(a) || a - b)
      if (last !== undefined && groups.join(member, last)) count--
      for (const need of others) {
        links.push({ member, need, slack: (this.starts[member] ?? 0) - end(need) })
      }
    }
    // Were there but one table that all others follow, they could be arranged: there are two.
    for (const { member, need } of links.sort((a, b) => a.slack - b.slack)) {
      if (count === 2) break
      if (groups.join(member, need)) count--
    }
    for (const { member, need } of links) {
      if (groups.of(member) === groups.of(need)) continue
      this.follows[member] = this.follows[member]?.filter((other) => other !== need) ?? []
      this.awaits[member]?.push(this.nodes[need]?.id ?? '')
    }
    return [...Map.groupBy(members, (member) => groups.of(member)).values()]
  }
}

/** Of what a node needs, that which none of the others needs in its turn. */
function withoutImplied(needs: readonly (readonly number[])[]): number[][] {
  const upstream: Set<number>[] = []
  for (const own of needs) {
    upstream.push(new Set(own.flatMap((need) => [need, ...(upstream[need] ?? [])])))
  }
  return needs.map((own) =>
    own.filter((need) => !own.some((other) => other !== need && upstream[other]?.has(need))),
  )
}

const series = (steps: readonly Plan[]): Plan => ({
  kind: 'series',
  steps: steps.flatMap((step) => (step.kind === 'series' ? step.steps : [step])),
})

const parallel = (branches: readonly Plan[]): Plan => ({
  kind: 'parallel',
  branches: branches.flatMap((branch) => (branch.kind === 'parallel' ? branch.branches : [branch])),
})
