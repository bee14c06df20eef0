import { html } from '../drawing/escape.ts'
import type { Outcome } from '../drawing/night.ts'
import { amountOf, count, duration, size } from '../drawing/words.ts'
import { type Morning, spanOf } from './morning.ts'

/** The night in one word. */
export const wordOf = ({ drawing }: Morning): 'succeeded' | 'failed' =>
  drawing.night.problem === undefined ? 'succeeded' : 'failed'

export const titleOf = ({ drawing: { night } }: Morning): string =>
  night.date ? `The night of ${night.date}` : `Run ${night.run}`

/** The title, how the night ended, and its numbers. */
export function head(morning: Morning): string {
  const word = wordOf(morning)
  const span = spanOf(morning.steps)
  const begun = span
    ? `, begun ${new Date(span.begun).toISOString().slice(0, 16).replace('T', ' ')} UTC`
    : ''
  const facts = factsOf(morning).map(
    ([label, value]) => `<div><dt>${html(label)}</dt><dd>${html(value)}</dd></div>`,
  )
  return `<h1>${html(titleOf(morning))} <span class="ending ${word}">${word}</span></h1>
<p class="quiet">Run <code>${html(morning.drawing.night.run)}</code>${begun}.</p>
<dl class="facts">${facts.join('')}</dl>`
}

function factsOf({ drawing, steps, checks }: Morning): (readonly [string, string])[] {
  const { boxes, night, chain } = drawing
  const of = (...wanted: Outcome[]) =>
    boxes.filter(({ outcome }) => outcome && wanted.includes(outcome.outcome))
  const sum = (key: 'rows' | 'bytes') =>
    night.tables
      .filter(({ outcome }) => outcome === 'loaded')
      .reduce((total, table) => total + (table[key] ?? 0), 0)
  const some = (label: string, boxes: ReturnType<typeof of>) =>
    boxes.length > 0 ? [[label, amountOf(boxes)] as const] : []
  const span = spanOf(steps)
  const passed = of('loaded').reduce((n, { id }) => n + (checks.get(id)?.length ?? 0), 0)
  return [
    ...some('done', of('loaded', 'done')),
    ...some('failed', of('failed')),
    ...some('skipped', of('skipped')),
    ...some('stopped', of('stopped', 'running')),
    ...some('complete already', of('complete')),
    ['rows loaded', count(sum('rows'))],
    ['bytes moved', size(sum('bytes'))],
    ...(span ? [['took', duration(span.seconds)] as const] : []),
    ...(chain ? [['critical path', duration(chain.seconds)] as const] : []),
    ...(passed > 0 ? [['checks passed', count(passed)] as const] : []),
  ]
}
