import { TEAMS } from './football.ts'
import { USERS } from './people.ts'
import { type Random, random } from './random.ts'
import type { Row } from './row.ts'
import { UGLY } from './text.ts'

/** What is known of some users and not of others, and how it looks: as text, whatever it is. */
const ATTRIBUTES: readonly [name: string, value: (r: Random) => string | null][] = [
  ['favourite_team', (r) => (r.percent(5) ? r.pick(UGLY) : r.pick(TEAMS)[0])],
  ['lifetime_value', (r) => `${r.below(9000)}.${r.between(10, 99)}`],
  ['newsletter', (r) => r.pick(['yes', 'no', '1', '0', ''])],
  [
    'phone',
    (r) => `${r.pick(['+1 ', '(', '1-'])}${r.between(201, 989)}-555-01${r.between(10, 99)}`,
  ],
  [
    'referrer',
    (r) => (r.percent(20) ? null : `https://example.com/?q=${r.below(1e6)}&utm_source=mail%20"x"`),
  ],
]

/** One to three attributes of each user. */
export function* userAttributes(): Generator<Row> {
  for (let user = 0; user < USERS; user++) {
    const r = random('user_attributes', user)
    const first = r.below(ATTRIBUTES.length)
    const around = [...ATTRIBUTES, ...ATTRIBUTES]
    for (const [name, value] of around.slice(first, first + 1 + (user % 3))) {
      yield [user + 1, name, r.percent(3) ? null : value(r)]
    }
  }
}
