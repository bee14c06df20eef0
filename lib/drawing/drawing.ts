import type { Graph } from '../graph/graph.ts'
import { around } from './around.ts'
import { type Chain, chainOf } from './chain.ts'
import { type Facts, factsOf } from './facts.ts'
import type { Night, TableOutcome } from './night.ts'

/** A table as it is drawn. */
export interface Box extends Facts {
  readonly id: string
  /** The folder of `warehouse/` that it lies in. */
  readonly subject: string
  /** What it is made from and what is made from it, be that drawn or not. */
  readonly needs: readonly string[]
  readonly makes: readonly string[]
  /** What became of it on the night. */
  readonly outcome?: TableOutcome
}

/** What is drawn. */
export interface Drawing {
  /** Each after those it is made from. */
  readonly boxes: readonly Box[]
  /** All subjects of the warehouse, drawn or not, so that each keeps its colour. */
  readonly subjects: readonly string[]
  readonly night?: Night
  /** What the night knows and the warehouse does not: it has another name now, or is no more. */
  readonly gone: readonly string[]
  /** The chain of tables that took longest; undefined where nothing took any time. */
  readonly chain?: Chain
  /** The table that was asked for: then only what it is made from and what is made from it is drawn. */
  readonly asked?: string
}

export interface DrawingOptions {
  /** The subject of each table by its id. */
  readonly subjects: ReadonlyMap<string, string>
  readonly night?: Night
  readonly asked?: string
}

/** Finds what is to be drawn. Throws a BadInput where the table that was asked for does not exist. */
export function drawingOf(graph: Graph, { subjects, night, asked }: DrawingOptions): Drawing {
  const outcomes = new Map(night?.tables.map((outcome) => [outcome.table, outcome]))
  const drawn = asked === undefined ? new Set(graph.keys()) : around(graph, asked)
  const nodes = [...graph.values()]
  const own = nodes.filter(({ id }) => drawn.has(id))
  return {
    boxes: own.map((node) => ({
      ...factsOf(node),
      id: node.id,
      subject: subjects.get(node.id) ?? '',
      needs: [...new Set(node.needs)].sort(),
      makes: nodes.flatMap(({ id, needs }) => (needs.includes(node.id) ? [id] : [])).sort(),
      outcome: outcomes.get(node.id),
    })),
    subjects: [...new Set(nodes.map(({ id }) => subjects.get(id) ?? ''))].sort(),
    night,
    gone: [...outcomes.keys()].filter((id) => !graph.has(id)),
    chain: chainOf(new Map(own.map((node) => [node.id, node])), outcomes),
    asked,
  }
}

/** The lines between boxes that are drawn. */
export function edgesOf({ boxes }: Pick<Drawing, 'boxes'>): { from: string; to: string }[] {
  const drawn = new Set(boxes.map(({ id }) => id))
  return boxes.flatMap(({ id, needs }) =>
    needs.filter((need) => drawn.has(need)).map((need) => ({ from: need, to: id })),
  )
}

/** Whether a line is part of the chain that took longest. */
export function isOnChain({ chain }: Drawing, from: string, to: string): boolean {
  const at = chain?.tables.indexOf(to) ?? -1
  return at > 0 && chain?.tables[at - 1] === from
}

/** How many colours there are; more subjects share them. */
const COLOURS = 8

/** What a box has its colour by: its outcome after a night, else its subject. */
export function colourOf(
  { subjects, night }: Drawing,
  box: Pick<Box, 'subject' | 'outcome'>,
): string {
  if (night) return box.outcome?.outcome ?? 'absent'
  return `subject-${subjects.indexOf(box.subject) % COLOURS}`
}
