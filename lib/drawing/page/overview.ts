import type { Chain } from '../chain.ts'
import type { Box, Drawing } from '../drawing.ts'
import { html } from '../escape.ts'
import type { Outcome } from '../night.ts'
import { amountOf, duration, noteOf } from '../words.ts'

/** What there is to say while no table is looked at. */
export function overview({ boxes, night, gone, chain, asked }: Drawing): string[] {
  const lines = [
    `<p>${amountOf(boxes)}, each to the right of those it is made from. Point at one to see what hangs on it, click it to stay there.</p>`,
  ]
  if (asked !== undefined) {
    lines.push(`<p>Only what ${link(asked)} is made from, and what is made from it.</p>`)
  }
  if (!night) return lines
  lines.push(`<p>Run <code>${html(night.run)}</code>.</p>`)
  if (gone.length > 0) {
    lines.push(`<p>No longer in the warehouse: ${html(gone.join(', '))}.</p>`)
  }
  const of = (wanted: Outcome) => boxes.filter(({ outcome }) => outcome?.outcome === wanted)
  const failed = reasons('Failed', of('failed'))
  const skipped = reasons('Skipped', of('skipped'))
  const problem =
    night.problem && failed.length + skipped.length === 0
      ? ['<h2>The night failed</h2>', messageHtml(night.problem)]
      : []
  return [...lines, ...problem, ...failed, ...chainLines(boxes, chain), ...skipped]
}

function chainLines(boxes: readonly Box[], chain: Chain | undefined): string[] {
  if (!chain) return []
  const steps = chain.tables.map((id) => {
    const outcome = boxes.find((box) => box.id === id)?.outcome
    return `<li>${link(id)} <span>${html(noteOf(outcome))}</span></li>`
  })
  return [
    `<h2>Critical path: ${html(duration(chain.seconds))}</h2>`,
    '<p>The tables, each made from the one before, that took longest together: the night cannot be shorter while they take as long.</p>',
    `<ol>${steps.join('')}</ol>`,
  ]
}

/** Each reason once, below the tables that it holds for. */
function reasons(title: string, boxes: readonly Box[]): string[] {
  if (boxes.length === 0) return []
  const byReason = Map.groupBy(boxes, ({ outcome }) => outcome?.message ?? '')
  const parts = [...byReason].map(
    ([reason, own]) => `<p>${own.map(({ id }) => link(id)).join(', ')}</p>${messageHtml(reason)}`,
  )
  return [`<h2>${title}</h2>`, ...parts]
}

const link = (id: string): string =>
  `<button class="table" data-table="${html(id)}">${html(id)}</button>`

const messageHtml = (text: string): string => text && `<p class="message">${html(text)}</p>`
