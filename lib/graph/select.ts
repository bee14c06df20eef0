import { Failure } from '../error.ts'
import { downstream, type Graph, upstream } from './graph.ts'
import { namesLike } from './near.ts'

/**
 * The tables and tasks that were asked for: `events` is one, `+events` is it and all it needs,
 * `events+` is it and all that needs it. Nothing asked for is all. Throws a BadInput that lists every
 * name that is neither.
 */
export function select(graph: Graph, asked: readonly string[] = []): Set<string> {
  if (asked.length === 0) return new Set(graph.keys())
  const selected = new Set<string>()
  const unknown: string[] = []
  for (const pattern of asked) {
    const id = pattern.replace(/^\+/, '').replace(/\+$/, '')
    if (!graph.has(id)) {
      unknown.push(pattern)
      continue
    }
    selected.add(id)
    const upward = pattern.startsWith('+') ? upstream(graph, id) : []
    const downward = pattern.endsWith('+') ? downstream(graph, id) : []
    for (const other of [...upward, ...downward]) selected.add(other)
  }
  if (unknown.length > 0) {
    const bare = unknown.map((pattern) => pattern.replaceAll(/^\+|\+$/g, ''))
    const hint = namesLike(bare, [...graph.keys()])
    throw new Failure('BadInput', `no such table: ${unknown.join(', ')}; ${hint}`)
  }
  return selected
}

/** The tables that are named on a command line, with commas or blanks between them. */
export const namesIn = (text: string): string[] => text.split(/[,\s]+/).filter(Boolean)
