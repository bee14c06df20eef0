// Every row asks for them some fifty times, and in jest's sandbox a global is slow to look up.
const { floor, imul } = Math

/** A stream of choices that depends on nothing but its seed. */
export interface Random {
  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number
  /** A whole number from `first` to `last`. */
  between(first: number, last: number): number
  /** True in so many cases of a hundred. */
  percent(share: number): boolean
  pick<T>(list: readonly T[]): T
}

/** The choices of one row: row 7 of a table is the same whether or not row 6 was made. */
export function random(table: string, row: number): Random {
  let state = imul(row + 1, 0x9e3779b1) ^ hash(table)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => floor(next() * end)
  return {
    below,
    between: (first, last) => first + below(last - first + 1),
    percent: (share) => below(100) < share,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
  }
}

function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    value = imul(value ^ text.charCodeAt(at), 0x01000193)
  }
  return value
}
