import { cutText } from '../table/text.ts'
import { ACCEPTED_BYTES, type Load } from './audit.ts'
import type { Work } from './load.ts'

/** What a person has accepted of a load until now. */
export type Accepted = () => Pick<Load, 'accepted'>

/** Work that remembers what a person has accepted, to be written down with the load. */
export function remembering(work: Work): { readonly own: Work; readonly accepted: Accepted } {
  const { accept } = work
  if (!accept) return { own: work, accepted: () => ({}) }
  const all: string[] = []
  const own = {
    ...work,
    accept(found: string) {
      all.push(found)
      accept(found)
    },
  }
  const text = () => cutText(all.join('. '), ACCEPTED_BYTES)
  return { own, accepted: () => (all.length > 0 ? { accepted: text() } : {}) }
}
