import { CITIES, FIRST_NAMES, LAST_NAMES } from './names.ts'
import { type Random, random } from './random.ts'
import type { Row } from './row.ts'
import { DAY, date, datetime, END, spread } from './time.ts'

export const USERS = 20_000

/** The marketplace opened then. */
export const OPENING = Date.UTC(2010, 0, 1)

/** Those who have signed up, in that order. */
export function* users(): Generator<Row> {
  for (let at = 0; at < USERS; at++) {
    const r = random('users', at)
    const [first, last] = [r.pick(FIRST_NAMES), r.pick(LAST_NAMES)]
    const [city, country] = r.pick(CITIES)
    const created = spread(OPENING, END, at, USERS, r)
    const updated = created + r.below(END - created)
    yield [
      at + 1,
      emailOf(first, at + 1, r),
      first,
      last,
      r.percent(20) ? null : date(Date.UTC(1940, 0, 1) + r.below(65 * 365) * DAY),
      r.percent(8) ? null : city,
      country,
      r.percent(35),
      datetime(created),
      datetime(updated, 6, r.below(1000)),
    ]
  }
}

function emailOf(name: string, id: number, r: Random): string {
  const letters = name.normalize('NFD').replaceAll(/[^A-Za-z]/g, '')
  const box = `${letters || 'fan'}${r.percent(10) ? `+tickets.${id}` : id}`
  return `${r.percent(5) ? box.toUpperCase() : box.toLowerCase()}@example.${r.pick(['com', 'net', 'org'])}`
}

/** One who had signed up by then. */
export function userAt(time: number, r: Random): number {
  const share = (time - OPENING) / (END - OPENING)
  return 1 + r.below(Math.max(1, Math.floor(USERS * share * share)))
}
