/** How many names are offered: those that are near, or any. */
const NEAR = 5
const ANY = 10

/** Says which names there are, for who gave others: those that may have been meant, or the first few. */
export function namesLike(words: readonly string[], names: readonly string[]): string {
  const near = [...new Set(words.flatMap((word) => nearest(word, names)))]
  if (near.length > 0) return `did you mean ${near.join(', ')}?`
  const first = names.toSorted().slice(0, ANY)
  const more = names.length > ANY ? ` and ${names.length - ANY} more` : ''
  return `there are ${first.join(', ')}${more}`
}

/** The names that someone may have meant, nearest first. */
export function nearest(word: string, names: readonly string[]): string[] {
  const wanted = word.toLowerCase()
  return names
    .map((name) => ({ name, far: distance(wanted, name) }))
    .filter(
      ({ name, far }) =>
        (far < word.length && far <= Math.max(1, word.length / 3)) || isPart(wanted, name),
    )
    .sort((a, b) => a.far - b.far)
    .slice(0, NEAR)
    .map(({ name }) => name)
}

const isPart = (word: string, name: string): boolean =>
  word.length > 2 && (name.includes(word) || word.includes(name))

/** How many letters must be changed, added or left out to make one word of the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1]
    for (const [j, otherLetter] of [...other].entries()) {
      const changed = (row[j] ?? 0) + (letter === otherLetter ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
