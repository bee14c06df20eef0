import { median } from '../median.ts'
import type { Measured } from './measure.ts'
import { count } from './setting.ts'
import { COLUMNS } from './table.ts'

/** What became of a contestant in each round. */
export interface Runs {
  readonly name: string
  readonly title: string
  /** What it writes, compressed. */
  readonly bytes: number
  readonly rounds: readonly Measured[]
}

/** What Usher must keep beside another. */
interface Limit {
  readonly name: string
  readonly beside: string
  readonly of: 'cpu' | 'wall'
  readonly most: number
}

const limits: readonly Limit[] = [
  { name: 'usher-zstd', beside: 'client-zstd', of: 'cpu', most: 0.45 },
  { name: 'usher-zstd', beside: 'client-zstd', of: 'wall', most: 0.7 },
  { name: 'usher-gzip', beside: 'client-gzip', of: 'cpu', most: 0.6 },
  { name: 'usher-zstd', beside: 'mysql2', of: 'cpu', most: 0.08 },
  { name: 'usher-s3', beside: 'usher-zstd', of: 'cpu', most: 1.3 },
]

export const MEGABYTE = 1e6

/** The medians of each contestant. */
export function table(all: readonly Runs[]): string[] {
  const heading = ['CPU s', 'wall s', 'peak MB', 'MB out'].map((cell) => cell.padStart(9))
  return [
    'contestant'.padEnd(36) + heading.join(''),
    ...all.map(({ title, bytes, rounds }) => {
      const middle = (of: 'cpu' | 'wall' | 'peak') => median(rounds.map((round) => round[of]))
      const cells = [
        middle('cpu').toFixed(2),
        middle('wall').toFixed(2),
        (middle('peak') / MEGABYTE).toFixed(0),
        (bytes / MEGABYTE).toFixed(0),
      ]
      return title.padEnd(36) + cells.map((cell) => cell.padStart(9)).join('')
    }),
  ]
}

/** The ratios that have a limit, of those that were measured. */
export function ratios(all: readonly Runs[]): Kept[] {
  return limits.flatMap(({ name, beside, of, most }) => {
    const [own, other] = [name, beside].map((one) => all.find((runs) => runs.name === one))
    if (!own || !other) return []
    // Of one round each: the machine may be slower in the next.
    const found = median(own.rounds.map((round, i) => round[of] / (other.rounds[i]?.[of] ?? 0)))
    const what = `${own.title} / ${other.title}`
    return [{ what, of: of === 'cpu' ? 'CPU' : 'wall', found, most, digits: 2 }]
  })
}

/** What was found, and its limit. */
export interface Kept {
  readonly what: string
  readonly of: string
  readonly found: number
  readonly most: number
  readonly digits: number
}

export const isKept = ({ found, most }: Kept): boolean => found <= most

/** Each limit under a heading, and whether it is kept. */
export const limitLines = (heading: string, all: readonly Kept[]): string[] => [
  `${heading.padEnd(49)}${'found'.padStart(7)}${'limit'.padStart(7)}`,
  ...all.map((one) => {
    const { what, of, found, most, digits } = one
    const numbers = [found, most].map((number) => number.toFixed(digits).padStart(7))
    return `${what.padEnd(44)}${of.padEnd(5)}${numbers.join('')}  ${isKept(one) ? 'kept' : 'NOT KEPT'}`
  }),
]

/** How much is read, and how many bytes of CSV that is, where it is known. */
export const data = (rows: number, csv?: number): string =>
  `${count(rows)} rows of ${COLUMNS} columns${csv === undefined ? '' : `, ${count(Math.round(csv / MEGABYTE))} MB of CSV`}`
