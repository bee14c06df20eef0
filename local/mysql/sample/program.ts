import { TEAMS } from './football.ts'
import { performers } from './performers.ts'
import type { Random } from './random.ts'
import { FIRST_HALL, venues } from './venues.ts'

interface Evening {
  readonly title: string
  readonly venue: number
  readonly bill: readonly number[]
}

const acts = performers.filter(({ kind }) => kind !== 'team')

/** What is played, by whom, and where. */
export const program = { of: evening, idsOf }

/** The ids of these teams. */
function idsOf(teams: readonly string[]): number[] {
  return performers.filter(({ name }) => teams.includes(name)).map(({ id }) => id)
}

function evening(start: number, r: Random): Evening {
  const month = new Date(start).getUTCMonth()
  const season = month >= 8 || month === 0
  return r.percent(season ? 50 : 5) ? game(r) : show(r)
}

function game(r: Random): Evening {
  const home = r.below(TEAMS.length)
  const away = (home + r.between(1, TEAMS.length - 1)) % TEAMS.length
  const [homeTeam = '', stadium] = TEAMS[home] ?? []
  return {
    title: `${TEAMS[away]?.[0]} at ${homeTeam}`,
    venue: venues.findIndex(({ name }) => name === stadium),
    bill: [home + 1, away + 1],
  }
}

function show(r: Random): Evening {
  const main = r.pick(acts)
  const support = main.kind === 'artist' ? r.below(3) : 0
  const others = Array.from({ length: support }, () => r.pick(acts))
  const bill = [...new Set([main, ...others])]
  const guests = bill.slice(1).map(({ name }) => name)
  const title = guests.length > 0 ? `${main.name} with ${guests.join(', ')}` : main.name
  const venue = r.percent(10) ? r.below(FIRST_HALL) : r.between(FIRST_HALL, venues.length - 1)
  return { title, venue, bill: bill.map(({ id }) => id) }
}
