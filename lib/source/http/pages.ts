import { hash } from 'node:crypto'
import type { Document } from '../../table/json.ts'
import type { Reading } from '../../table/origin.ts'
import { nextUrl, recordsIn, shown, totalIn } from './answer.ts'
import type { Session } from './session.ts'

/** How an API hands out a long list. */
export type Pagination =
  /**
   * Each page's body has the cursor of the next one at a path, `paging.next`, to be sent as a
   * parameter; the last page's has none, null, false or ''.
   */
  | { readonly by: 'cursor'; readonly next: string; readonly parameter: string }
  /**
   * Pages are numbered, from 1 unless said. The end is an empty page, as a short one may be followed
   * by others; or, where there is a `total`, the page that completes it.
   */
  | { readonly by: 'number'; readonly parameter: string; readonly first?: number }
  /** The Link header names the next page (RFC 8288, `rel="next"`); the last page has no such link. */
  | { readonly by: 'link' }

/** What to ask for. */
export interface PagesOptions {
  /** Below the URL in the secret: `v1/sales`. */
  readonly path: string
  /** The parameters of the query; a function is given the day to read, `2026-11-23`. */
  readonly query?: Query | ((date: string) => Query)
  /** The path of the records in the body: `data.sales`. Without one, the body is their array. */
  readonly records?: string
  /** The path of the number of all records: to read fewer than it says at first is a failure. */
  readonly total?: string
  readonly pages: Pagination
  /** Reads so many days anew each night, the run date and those before it. */
  readonly days?: number
}

export type Query = Readonly<Record<string, string | number>>

export interface Page {
  /** Its URL, as it may be shown. */
  readonly place: string
  readonly records: readonly Document[]
}

/** The pages of a list, each asked for when the one before it is done with. */
export async function* pagesOf(
  options: PagesOptions,
  { url: base, get }: Session,
  reading: Reading,
): AsyncGenerator<Page> {
  const seen = new Set<string>()
  let [read, promised, before] = [0, 0, '']
  let next: URL | undefined = firstUrl(base, options, reading.date)
  while (next) {
    const url: URL = next
    const answer = await get(url, reading)
    const { place, refuse } = answer
    const records = recordsIn(answer, options.records)
    const total = totalIn(answer, options.total)
    if (seen.size === 0) promised = total ?? 0
    read += records.length
    const ends = shown([records.length, records[0], records.at(-1)])
    if (options.pages.by === 'number' && records.length > 0 && ends === before) {
      throw refuse(`gives the page before it again: what is its parameter for the page?`)
    }
    before = ends
    yield { place, records }
    seen.add(hash('sha256', url.href))
    const done = records.length === 0 || read >= (total ?? Number.POSITIVE_INFINITY)
    next = nextUrl(options.pages, url, answer, done)
    if (next && seen.has(hash('sha256', next.href))) {
      throw refuse('names as the next page one that was read already, and would never end')
    }
    if (!next && read < promised) {
      throw refuse(`is the last page, after ${read} records of ${promised}`, 'Transient')
    }
  }
}

function firstUrl(base: URL, { path, query = {}, pages }: PagesOptions, date: string): URL {
  const url = new URL(base)
  url.pathname = `${base.pathname.replace(/\/$/, '')}/${path.replace(/^\//, '')}`
  const parameters = Object.entries(typeof query === 'function' ? query(date) : query)
  for (const [name, value] of parameters) url.searchParams.set(name, `${value}`)
  if (pages.by === 'number') url.searchParams.set(pages.parameter, `${pages.first ?? 1}`)
  return url
}
