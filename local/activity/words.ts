import type { Random } from '../mysql/sample/random.ts'

/** What somebody types who looks for an event: some of its title, as people write. */
export function wordsFor(title: string, r: Random): string {
  const words = title.split(/\s+/)
  const some = r.percent(60) ? title : words.slice(0, r.between(1, words.length)).join(' ')
  const chance = r.below(100)
  if (chance < 40) return some.toLowerCase()
  if (chance < 50) return `${some} tickets`
  if (chance < 54) return `  ${some.toUpperCase()}  `
  if (chance < 57) return `"${some}", cheap!`
  if (chance < 59) return `${some} 🎟️`
  if (chance < 60) return ''
  return some
}
