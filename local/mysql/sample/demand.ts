import { type Event, events } from './events.ts'
import type { Random } from './random.ts'
import { DAY } from './time.ts'

const superBowls = events.filter(({ superBowl }) => superBowl)

/** The event for which somebody buys at that time: a Super Bowl draws long before it is played. */
export function eventFor(time: number, r: Random): Event {
  const next = superBowls.find(({ start }) => start > time)
  if (next && next.start - time < 150 * DAY && r.percent(8)) return next
  const first = after(time)
  return events[r.between(first, Math.max(first, after(time + 70 * DAY) - 1))] as Event
}

/** The place in the list of the first event after that time. */
function after(time: number): number {
  let [low, high] = [0, events.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((events[middle]?.start ?? 0) > time) high = middle
    else low = middle + 1
  }
  return low
}
