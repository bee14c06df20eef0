import { visitsOn } from '../activity/visits.ts'

/** A search as the marketplace's search service writes it down. */
export interface SearchDocument {
  /** `20261123-00017-1` */
  readonly id: string
  readonly words: string
  /** The ids of the events found, best first. */
  readonly found: readonly number[]
  readonly total: number
  /** Absent where they did not log in. */
  readonly user?: { readonly id: number }
  readonly visitor: string
  readonly device: string
  readonly searched_at: string
}

/** The index of a day: `searches-2026.11.23`. */
export const indexOf = (date: string): string => `searches-${date.replaceAll('-', '.')}`

/** The searches of a day. */
export function* searchesOn(date: string): Generator<SearchDocument> {
  for (const { searches, user, visitor, device } of visitsOn(date)) {
    for (const { id, words, found, time } of searches) {
      yield {
        ...{ id, words, found, total: found.length },
        ...(user !== null && { user: { id: user } }),
        ...{ visitor, device, searched_at: new Date(time).toISOString() },
      }
    }
  }
}

/** How the fields are indexed. */
export const mappings = {
  properties: {
    id: { type: 'keyword' },
    words: { type: 'text' },
    found: { type: 'long' },
    total: { type: 'integer' },
    user: { properties: { id: { type: 'long' } } },
    visitor: { type: 'keyword' },
    device: { type: 'keyword' },
    searched_at: { type: 'date' },
  },
} as const
