/** A source that changes while a night is done: the same rows for code that reads them and for MySQL. */

/** A row of it. */
export interface Drop {
  readonly id: number
  readonly word: string
  /** When it was changed last. */
  readonly changed: string
}

const drop = (id: number, word: string, changed: string): Drop => ({ id, word, changed })

const BEFORE = [1, 2, 3, 4, 5, 6].map((id) => drop(id, 'first', `2026-11-15 0${id}:00:00`))

/** What a day has made of it: one row changed, one gone, one new. */
const NIGHT = [
  ...BEFORE.filter(({ id }) => id !== 2 && id !== 3),
  drop(2, 'second', '2026-11-22 10:00:00'),
  drop(7, 'new', '2026-11-22 11:00:00'),
]

const without = (rows: readonly Drop[], gone: number) => rows.filter(({ id }) => id !== gone)

/** What the source holds, one state after another: all but the first two begin with `night`. */
export const TIDES = {
  before: BEFORE,
  night: NIGHT,
  'a row added': [...NIGHT, drop(8, 'new', '2026-11-23 08:00:00')],
  'a row changed': [...without(NIGHT, 7), drop(7, 'third', '2026-11-23 08:00:00')],
  'a row deleted': without(NIGHT, 5),
  'a new row deleted': without(NIGHT, 7),
  'the day after': [
    ...without(without(NIGHT, 1), 2),
    drop(2, 'third', '2026-11-23 09:00:00'),
    drop(9, 'new', '2026-11-23 10:00:00'),
  ],
  'a bad row': [...without(NIGHT, 7), drop(7, 'bad', '2026-11-22 11:00:00')],
  mended: [...without(NIGHT, 7), drop(7, 'third', '2026-11-23 08:00:00')],
} as const satisfies Record<string, readonly Drop[]>

export type Tide = keyof typeof TIDES

/** The words that checks let pass. */
export const WORDS = ['first', 'second', 'third', 'new']

/** What code reads. */
let shown: Tide | undefined
export const drops = (): readonly Drop[] => TIDES[shown ?? 'before']
export const tideNow = (): Tide | undefined => shown

/** Lets code read another state, and gives what makes MySQL have it too. */
export function turn(tide: Tide): string[] {
  shown = tide
  const rows = TIDES[tide].map(({ id, word, changed }) => `(${id}, '${word}', '${changed}')`)
  return ['DELETE FROM tides', `INSERT INTO tides VALUES ${rows.join(', ')}`]
}

/** The table in MySQL. */
export const TIDES_TABLE = `CREATE TABLE tides (
  id int NOT NULL PRIMARY KEY, word varchar(7) NOT NULL, changed datetime NOT NULL, KEY (changed)
)`
