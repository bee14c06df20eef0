import { html } from '../drawing/escape.ts'
import { count } from '../drawing/words.ts'
import type { Look } from '../look/look.ts'
import { type Drawn, drawnRows, isNumeric } from './rows.ts'
import { words } from './spec.ts'
import { svgOf } from './svg.ts'

/** How wide charts are drawn, in pixels: for a page of two columns or one, and for a phone. */
const WIDE = 560
const NARROW = 340

/** How a mark is called. */
const kinds = {
  bars: 'A bar chart',
  line: 'A line chart',
  points: 'A map of the United States with points',
  intervals: 'A chart of values with their intervals',
} as const

/**
 * A look on a page: its picture, wide and narrow, of which the page's style shows one, and all its numbers.
 * Throws as `drawnRows` does.
 */
export async function figureOf(look: Look, rows: readonly (readonly unknown[])[]): Promise<string> {
  const drawn = drawnRows(look, rows)
  const body =
    drawn.length === 0
      ? '<p>There are no rows to draw.</p>'
      : `${await picture(look, drawn, 'wide', WIDE)}
${await picture(look, drawn, 'narrow', NARROW)}
${numbers(look, drawn)}`
  return framed(look, body)
}

/** A look that cannot be drawn, with the reason in place of its picture. */
export const missingFigure = (look: Look, reason: string): string =>
  framed(look, `<p class="message">${html(reason)}</p>`)

const framed = ({ name, title, description = '', needs }: Look, body: string): string =>
  `<figure class="look" id="look-${html(name)}">
<figcaption><h3>${html(title)}</h3><p>${html(description)}</p></figcaption>
${body}
<p class="from">From ${needs.map((id) => `<code>${html(id)}</code>`).join(', ')}</p>
</figure>`

async function picture(look: Look, rows: readonly Drawn[], name: string, width: number) {
  const text = `${kinds[look.mark.kind]}: ${look.title}. The numbers are in the table below it.`
  const svg = await svgOf(look, rows, width)
  return `<div class="${name}" role="img" aria-label="${html(text)}">${svg}</div>`
}

function numbers(look: Look, rows: readonly Drawn[]): string {
  const names = look.columns.map(({ name }) => name)
  const side = (name: string) => (isNumeric(look, name) ? ' class="number"' : '')
  const head = names.map((name) => `<th scope="col"${side(name)}>${html(words(name))}</th>`)
  const body = rows.map(
    (row) =>
      `<tr>${names.map((name) => `<td${side(name)}>${html(textOf(row[name] ?? null))}</td>`).join('')}</tr>`,
  )
  return `<details>
<summary>${rows.length === 1 ? 'The number' : `All ${count(rows.length)} rows`}</summary>
<div class="scroll" role="region" tabindex="0" aria-label="${html(`The numbers of: ${look.title}`)}">
<table><thead><tr>${head.join('')}</tr></thead>
<tbody>${body.join('\n')}</tbody></table>
</div>
</details>`
}

const textOf = (value: number | string | null): string =>
  typeof value === 'number'
    ? value.toLocaleString('en-US', { maximumFractionDigits: 2 })
    : (value ?? '–')
