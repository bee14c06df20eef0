/** A whole number and how many rows, about, are from it to the next piece. */
interface Piece {
  readonly from: bigint
  readonly rows: number
}

/**
 * Cuts the keys from `first` to `last` into ranges of about so many rows, by halving whatever holds
 * more: so keys may lie as unevenly as they like. `estimate` tells about how many rows there are from
 * one key up to, but not including, another; it is asked a few times for each range. Gives the first
 * key of each range but the first.
 */
export async function cutsOf(
  first: bigint,
  last: bigint,
  rows: number,
  estimate: (from: bigint, to: bigint) => Promise<number>,
): Promise<bigint[]> {
  const pieces: Piece[] = []
  const halve = async (from: bigint, to: bigint): Promise<void> => {
    const about = await estimate(from, to)
    if (about <= rows / 2 || to - from <= 1n) {
      pieces.push({ from, rows: about })
      return
    }
    const middle = from + (to - from) / 2n
    await halve(from, middle)
    await halve(middle, to)
  }
  await halve(first, last + 1n)
  const cuts: bigint[] = []
  let sum = 0
  for (const piece of pieces) {
    if (sum > 0 && sum + piece.rows > rows) {
      cuts.push(piece.from)
      sum = 0
    }
    sum += piece.rows
  }
  return cuts
}
