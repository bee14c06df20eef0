import { TEAMS } from './football.ts'
import { ADJECTIVES, NOUNS, SHOWS } from './halls.ts'
import { FIRST_NAMES, LAST_NAMES } from './names.ts'
import { type Random, random } from './random.ts'
import type { Row } from './row.ts'

export interface Performer {
  readonly id: number
  readonly name: string
  readonly kind: 'team' | 'artist' | 'comedian' | 'theater'
}

const PERFORMERS = 400
const GENRES = ['rock', 'pop', 'country', 'hip-hop', 'jazz', 'folk', 'electronic']

const NAMES = {
  artist: (r: Random) =>
    `${r.percent(40) ? 'The ' : ''}${r.pick(ADJECTIVES)} ${r.pick(NOUNS)}${r.percent(5) ? ' 🎤' : ''}`,
  comedian: (r: Random) => `${r.pick(FIRST_NAMES)} ${r.pick(LAST_NAMES)}`,
  theater: (r: Random, at: number) =>
    `${SHOWS[at % SHOWS.length]}${r.percent(50) ? ` (${r.between(1990, 2026)})` : ''}`,
}

/** The 32 teams, then artists, comedians and shows; ids count from one. */
export const performers: readonly Performer[] = Array.from({ length: PERFORMERS }, (_, at) => {
  const team = TEAMS[at]
  if (team) return { id: at + 1, name: team[0], kind: 'team' }
  const kind = at < 280 ? 'artist' : at < 340 ? 'comedian' : 'theater'
  return { id: at + 1, name: NAMES[kind](random('performer names', at), at), kind }
})

/** The rows of the performers. */
export function* performerRows(): Generator<Row> {
  for (const { id, name, kind } of performers) {
    const r = random('performers', id)
    const short = kind === 'team' ? (name.split(' ').at(-1) ?? null) : null
    const popularity = Math.fround(r.below(1_000_000_007) / 1_000_000_007)
    yield [id, name, short, kind, genreOf(kind, r), popularity, metadataOf(name, kind, r)]
  }
}

function genreOf(kind: Performer['kind'], r: Random): string {
  if (kind === 'team') return 'football'
  if (kind === 'comedian') return 'stand-up'
  if (kind === 'theater') return r.pick(['musical', 'drama'])
  const first = r.below(GENRES.length)
  return GENRES.slice(first, first + r.below(4)).join(',')
}

function metadataOf(name: string, kind: string, r: Random): string | null {
  if (r.percent(10)) return null
  const links = { site: `https://example.com/${r.below(1e6)}?a=1&b="2"`, fans: r.below(5_000_000) }
  const words = [r.pick(NOUNS), 'líve', '🎟️'].slice(0, r.below(4))
  return JSON.stringify({ kind, aka: `"${name}"\n`, tags: words, links, rating: r.below(50) / 10 })
}
