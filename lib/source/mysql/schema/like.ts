/** Whether one name may be another after a change: `total` and `total_amount`, `order` and `orders`. */
export function isLike(name: string, other: string): boolean {
  const [one, two] = [name.toLowerCase(), other.toLowerCase()]
  if (one.includes(two) || two.includes(one)) return true
  const words = new Set(wordsOf(one))
  return wordsOf(two).some((word) => words.has(word))
}

/** Shorter words, such as `id` and `at`, are in too many names. */
const wordsOf = (name: string): string[] =>
  name.split(/[^a-z0-9]+/).filter((word) => word.length > 2)
