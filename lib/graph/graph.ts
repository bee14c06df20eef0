import { Failure } from '../error.ts'
import {
  type AnyDefinition,
  type Definition,
  definition,
  isTask,
  type Tabled,
  type TaskDefinition,
  type Tasked,
} from '../table/definition.ts'

/** A table or a task, and what it needs. */
export type Node = TableNode | TaskNode

interface TableNode {
  readonly id: string
  readonly needs: readonly string[]
  readonly table: Definition
  readonly task?: undefined
}

interface TaskNode {
  readonly id: string
  readonly needs: readonly string[]
  readonly task: TaskDefinition
  readonly table?: undefined
}

/** The tables and tasks of a warehouse by id, each after those it needs. */
export type Graph = ReadonlyMap<string, Node>

/**
 * The dependency graph of a warehouse: whatever it exports that is a table or a task. Throws one
 * BadDeclaration that lists every mistake: two of one name, one that needs what the warehouse does
 * not export, a circle with its whole path.
 */
export function graphOf(exports: Iterable<unknown>): Graph {
  const problems: string[] = []
  const nodes = new Map<string, Node>()
  for (const node of [...exports].filter(isDeclared).map((one) => nodeOf(one[definition]))) {
    const other = nodes.get(node.id)
    if (other) problems.push(`${bothOf(node, other)} are called ${node.id}`)
    nodes.set(node.id, node)
  }
  for (const { id, needs } of nodes.values()) {
    for (const need of needs) {
      if (!nodes.has(need)) problems.push(`${id} needs ${need}, which is not exported`)
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

/** The tables of a graph, without its tasks. */
export const tablesOf = (graph: Graph): Definition[] =>
  [...graph.values()].flatMap(({ table }) => table ?? [])

/** A table or task by its id; undefined where there is none. */
export function definitionOf(graph: Graph, id: string): AnyDefinition | undefined {
  const node = graph.get(id)
  return node?.table ?? node?.task
}

function isDeclared(value: unknown): value is Tabled | Tasked {
  return typeof value === 'object' && value !== null && definition in value
}

function nodeOf(own: AnyDefinition): Node {
  const { id } = own
  const needs = own.needs.map(({ id }) => id)
  return isTask(own) ? { id, needs, task: own } : { id, needs, table: own }
}

function bothOf(node: Node, other: Node): string {
  if (node.task && other.task) return 'two tasks'
  return node.table && other.table ? 'two tables' : 'a table and a task'
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

/** All that a table or task needs, directly or not, without itself. */
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
