import { type Graph, graphOf } from '../lib/graph/graph.ts'

/** The graph of the warehouse as its files declare it now. */
export async function loadGraph(): Promise<Graph> {
  const tables = await import('../warehouse/index.ts')
  return graphOf(Object.values(tables))
}
