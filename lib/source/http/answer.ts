import { valueAt } from '../../table/document.ts'
import { type Document, type Json, stringifyJson } from '../../table/json.ts'
import { nextLink } from './link.ts'
import type { Pagination } from './pages.ts'
import type { Answer } from './session.ts'

/** The records of a page. */
export function recordsIn({ body, refuse, quote }: Answer, path?: string): readonly Document[] {
  const records = path === undefined ? body : at(body, path)
  if (!Array.isArray(records)) {
    const place = path === undefined ? 'is no array of records' : `has no array at ${path}`
    throw refuse(`${place}${quote(shown(body))}`)
  }
  const stray = records.findIndex(
    (record) => typeof record !== 'object' || record === null || Array.isArray(record),
  )
  if (stray >= 0) {
    const what = quote(shown(records[stray]))
    throw refuse(`has no object at ${path ?? 'records'}[${stray}]${what}`, 'BadValue')
  }
  return records
}

/** The number of all records, as a page has it at the path. */
export function totalIn({ body, refuse, quote }: Answer, path?: string): number | undefined {
  if (path === undefined) return undefined
  const found = at(body, path)
  const total = typeof found === 'string' && /^\d+$/.test(found) ? Number(found) : found
  if (typeof total === 'number' && Number.isSafeInteger(total) && total >= 0) return total
  throw refuse(`has no number of records at ${path}${quote(shown(body))}`)
}

/** The URL of the page after one; undefined after the last. `done`: what was to be read was read. */
export function nextUrl(
  pages: Pagination,
  url: URL,
  answer: Answer,
  done: boolean,
): URL | undefined {
  const next = new URL(url)
  switch (pages.by) {
    case 'number':
      if (done) return undefined
      next.searchParams.set(pages.parameter, `${Number(url.searchParams.get(pages.parameter)) + 1}`)
      return next
    case 'cursor': {
      const cursor = at(answer.body, pages.next)
      if (cursor === null || cursor === false || cursor === '') return undefined
      if (typeof cursor === 'object' || cursor === true) {
        throw answer.refuse(`has no cursor at ${pages.next}${answer.quote(shown(cursor))}`)
      }
      next.searchParams.set(pages.parameter, `${cursor}`)
      return next
    }
    case 'link':
      return linked(url, answer)
  }
}

function linked(url: URL, { link, refuse, quote }: Answer): URL | undefined {
  let target: string | undefined
  try {
    target = nextLink(link)
  } catch {
    throw refuse(`has a Link header that cannot be read${quote(link)}`)
  }
  if (target === undefined) return undefined
  if (!URL.canParse(target, url.href))
    throw refuse(`links to a next page that is no URL${quote(target)}`)
  const next = new URL(target, url)
  if (next.origin !== url.origin) {
    throw refuse(
      `links to a next page on another server, ${next.protocol}//${next.host}, which gets no credentials`,
    )
  }
  return next
}

const at = (body: Json, path: string): Json => valueAt(body, path.split('.'), 0)

/** JSON as text, but for what is nested too deep to be written. */
export function shown(json: unknown): string {
  try {
    return stringifyJson(json)
  } catch {
    return '…'
  }
}
