import { SUPER_BOWLS, TEAMS } from './football.ts'
import { program } from './program.ts'
import { type Random, random } from './random.ts'
import type { Row } from './row.ts'
import { PLAIN, UGLY } from './text.ts'
import { DAY, datetime, END, MINUTE, spread } from './time.ts'
import { venues } from './venues.ts'

export interface Event {
  readonly id: number
  readonly title: string
  /** The place in the list of venues. */
  readonly venue: number
  /** The performers' ids, the first one at home. */
  readonly bill: readonly number[]
  readonly start: number
  readonly announced: number
  readonly superBowl: boolean
}

const EVENTS = 3000
const [FIRST, LAST] = [Date.UTC(2011, 0, 15), Date.UTC(2027, 8, 1)]

/** All events by their start; ids count from one. */
export const events: readonly Event[] = [...superBowls(), ...otherEvents()]
  .sort((a, b) => a.start - b.start)
  .map((event, at) => ({ ...event, id: at + 1 }))

function superBowls(): Omit<Event, 'id'>[] {
  return SUPER_BOWLS.map(([number, kickOff, stadium, ...teams]) => {
    const start = Date.parse(`${kickOff.replace(' ', 'T')}Z`)
    const venue = venues.findIndex(({ name }) => name === stadium)
    const announced = start - 300 * DAY
    const [title, bill] = [`Super Bowl ${number}`, program.idsOf(teams)]
    return { title, venue, bill, start, announced, superBowl: true }
  })
}

function otherEvents(): Omit<Event, 'id'>[] {
  const count = EVENTS - SUPER_BOWLS.length
  return Array.from({ length: count }, (_, at) => {
    const r = random('events', at)
    const exact = spread(FIRST, LAST, at, count, r)
    const start = exact - (exact % (30 * MINUTE))
    const announced = Math.min(start - r.between(100, 200) * DAY, END - r.between(1, 30) * DAY)
    return { ...program.of(start, r), start, announced, superBowl: false }
  })
}

/** The rows of the events. */
export function* eventRows(): Generator<Row> {
  for (const { id, title, venue, start, announced } of events) {
    const r = random('event rows', id)
    const onSale = r.percent(5) ? null : announced + r.between(1, 20) * DAY
    yield [
      id,
      title,
      venue + 1,
      datetime(start),
      onSale === null ? null : datetime(onSale),
      statusOf(start, onSale, r),
      r.percent(4) ? null : datetime(announced),
      descriptionOf(title, r),
    ]
  }
}

function statusOf(start: number, onSale: number | null, r: Random): string {
  if (r.percent(2)) return 'cancelled'
  if (start < END) return 'over'
  if (r.percent(2)) return 'postponed'
  if (onSale === null || onSale > END) return 'announced'
  return r.percent(15) ? 'sold_out' : 'on_sale'
}

function descriptionOf(title: string, r: Random): string | null {
  if (r.percent(30)) return null
  if (r.percent(30)) return r.pick(UGLY)
  return `${title}\n\n${r.pick(PLAIN)}\n\t• "Doors" open early\r\n\t• ${r.pick(UGLY)}`
}

/** Who plays at each event. */
export function* eventPerformers(): Generator<Row> {
  for (const { id, bill, superBowl } of events) {
    for (const [place, performer] of bill.entries()) {
      const isHome = place === 0 && performer <= TEAMS.length && !superBowl
      yield [id, performer, isHome, place + 1]
    }
  }
}
