import { type Event, events } from './events.ts'
import { userAt } from './people.ts'
import { type Random, random } from './random.ts'
import { decimal, type Row } from './row.ts'
import { PLAIN, UGLY } from './text.ts'
import { DAY, datetime, END } from './time.ts'

const LISTINGS = 60_000
const OF_A_SUPER_BOWL = 200
const SECTIONS = ['101', '102', 'Floor', 'Balcony "L"', 'Orch, left', 'Übergang', '立見', 'GA']

const ordinary = events.filter(({ superBowl }) => !superBowl).length
const shared = LISTINGS - (events.length - ordinary) * OF_A_SUPER_BOWL

/** The id of each event's first listing; the event after the last one's ends the list. */
const firstOf: readonly number[] = events.reduce(
  ({ firsts, others }, { superBowl }) => {
    const next = others + (superBowl ? 0 : 1)
    const share = Math.floor((shared * next) / ordinary) - Math.floor((shared * others) / ordinary)
    firsts.push((firsts.at(-1) ?? 1) + (superBowl ? OF_A_SUPER_BOWL : share))
    return { firsts, others: next }
  },
  { firsts: [1], others: 0 },
).firsts

/** A listing of the event, and what a seat costs in cents. */
export function listingOf(event: Event, r: Random): { id: number; cents: number } {
  const first = firstOf[event.id - 1] ?? 1
  const id = r.between(first, (firstOf[event.id] ?? first + 1) - 1)
  return { id, cents: centsOf(event, id) }
}

function centsOf({ superBowl }: Event, id: number): number {
  const r = random('listing prices', id)
  return superBowl ? r.between(250_000, 1_200_000) : r.between(1500, 40_000)
}

/** What sellers offer, event by event. */
export function* listings(): Generator<Row> {
  for (const event of events) {
    const end = firstOf[event.id] ?? 0
    for (let id = firstOf[event.id - 1] ?? end; id < end; id++) {
      const r = random('listings', id)
      yield [
        id,
        event.id,
        userAt(event.announced, r),
        r.pick(SECTIONS),
        r.percent(10) ? null : r.pick(['A', 'BB', '12', 'Ω', '']),
        r.between(1, 8),
        decimal(centsOf(event, id), 2),
        r.percent(40),
        r.percent(60) ? null : r.pick(r.percent(50) ? UGLY : PLAIN),
        datetime(event.announced + r.below(Math.min(20 * DAY, END - event.announced))),
      ]
    }
  }
}
