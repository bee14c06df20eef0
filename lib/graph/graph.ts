import { Failure } from '../error.ts'
import { type Definition, definition, type Tabled } from '../table/definition.ts'

/** A table and the tables it is made from. */
export interface Node {
  readonly id: string
  readonly table: Definition
  readonly needs: readonly string[]
}

/** The tables of a warehouse by id, each after those it needs. */
export type Graph = ReadonlyMap<string, Node>

/**
 * The dependency graph of a warehouse: whatever it exports that is a table. Throws one
 * BadDeclaration that lists every mistake: two tables of one name, a table that is made from one
 * that the warehouse does not export, a circle with its whole path.
 */
export function graphOf(exports: Iterable<unknown>): Graph {
  const tables = [...exports].filter(isTable).map((table) => table[definition])
  const problems: string[] = []
  const nodes = new Map<string, Node>()
  for (const table of tables) {
    if (nodes.has(table.id)) problems.push(`two tables are called ${table.id}`)
    const needs = table.made.by === 'transform' ? table.made.needs.map(({ id }) => id) : []
    nodes.set(table.id, { id: table.id, table, needs })
  }
  for (const { id, needs } of nodes.values()) {
    for (const need of needs) {
      if (!nodes.has(need)) problems.push(`${id} is made from ${need}, which is not exported`)
    }
  }
  const { order, circles } = sortNodes(nodes)
  problems.push(...circles.map((circle) => `${circle.join(' > ')} is a circle`))
  if (problems.length > 0) {
    throw new Failure(
      'BadDeclaration',
      `the warehouse does not hold together:\n  ${problems.join('\n  ')}`,
    )
  }
  return new Map(order.map((node) => [node.id, node]))
}

function isTable(value: unknown): value is Tabled {
  return typeof value === 'object' && value !== null && definition in value
}

/** Orders nodes so that each comes after what it needs; finds the circles on the way. */
function sortNodes(nodes: ReadonlyMap<string, Node>): { order: Node[]; circles: string[][] } {
  const order: Node[] = []
  const circles: string[][] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (id: string): void => {
    const node = nodes.get(id)
    if (!node || done.has(id)) return
    const start = path.indexOf(id)
    if (start >= 0) {
      circles.push([...path.slice(start), id])
      return
    }
    path.push(id)
    for (const need of node.needs) visit(need)
    path.pop()
    done.add(id)
    order.push(node)
  }
  for (const id of [...nodes.keys()].sort()) visit(id)
  return { order, circles }
}

/** All that a table is made from, directly or not, without itself. */
export function upstream(graph: Graph, id: string): Set<string> {
  const found = new Set<string>()
  const visit = (id: string) => {
    for (const need of graph.get(id)?.needs ?? []) {
      if (!found.has(need)) {
        found.add(need)
        visit(need)
      }
    }
  }
  visit(id)
  return found
}

/** All that is made from a table, directly or not, without itself. */
export function downstream(graph: Graph, id: string): Set<string> {
  const found = new Set<string>()
  for (const node of graph.values()) {
    // Each comes after what it needs.
    if (node.needs.some((need) => need === id || found.has(need))) found.add(node.id)
  }
  return found
}
