import { html } from '../drawing/escape.ts'
import type { TableOutcome } from '../drawing/night.ts'
import { type Morning, rowId } from './morning.ts'

/** What was checked of each table, and what came of it; nothing where no table has a check. */
export function checks({ drawing, checks, accepted }: Morning): string | undefined {
  const own = drawing.boxes.filter(({ id }) => (checks.get(id)?.length ?? 0) > 0)
  if (own.length === 0) return undefined
  const items = own.map(({ id, outcome }) => {
    const words = (checks.get(id) ?? []).map((text) => `<li>${html(text)}</li>`)
    return `<li><a href="#${html(rowId(id))}">${html(id)}</a> <span class="quiet">${resultOf(outcome, accepted.includes(id))}</span><ul>${words.join('')}</ul></li>`
  })
  return `<ul class="checks">${items.join('\n')}</ul>`
}

function resultOf(outcome: TableOutcome | undefined, isAccepted: boolean): string {
  if (outcome?.outcome === 'loaded') return isAccepted ? 'published whatever they say' : 'passed'
  if (outcome?.outcome === 'complete') return 'passed when it was loaded'
  return outcome?.outcome === 'failed' ? 'not passed' : 'not looked at'
}
