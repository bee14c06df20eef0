import { html } from '../drawing/escape.ts'
import type { Night, TableOutcome } from '../drawing/night.ts'
import { signOf } from '../drawing/page/svg.ts'
import { count, duration, outcomeWords, size } from '../drawing/words.ts'
import { type Morning, rowId } from './morning.ts'

/** A line of earlier nights is of this size, in pixels. */
const LINE = { width: 90, height: 20 }

/** Every table with its rows, beside those of earlier nights. */
export function tables({ drawing, earlier }: Morning): string {
  const rows = drawing.boxes.map(({ id, outcome }) => {
    const before = earlier.flatMap((night) => amountIn(night, id))
    const { rows, bytes, extractSeconds, loadSeconds } = outcome ?? {}
    const kind = outcome?.outcome ?? 'absent'
    const sign = outcome
      ? `<svg class="key ${kind}" viewBox="0 0 22 22" aria-hidden="true"><rect class="body" x="1" y="1" width="20" height="20" rx="4"/><g transform="translate(5 5)">${signOf(outcome.outcome)}</g></svg>`
      : ''
    return `<tr id="${html(rowId(id))}" tabindex="-1">
<th scope="row">${html(id)}</th>
<td class="outcome">${sign}${outcomeWords[kind]}</td>
${cell(rows, count)}
${changeCell(rows, before.at(-1)?.rows)}
<td>${line([...before.flatMap(({ rows }) => rows ?? []), ...(rows === undefined ? [] : [rows])])}</td>
${cell(bytes, size)}
${changeCell(bytes, before.at(-1)?.bytes)}
${cell(extractSeconds, duration)}
${cell(loadSeconds, duration)}
</tr>`
  })
  const heads = ['rows', 'change', 'nights', 'bytes', 'change', 'extract', 'load']
  const head = heads.map(
    (text) => `<th scope="col"${text === 'nights' ? '' : ' class="number"'}>${text}</th>`,
  )
  return `<p>${compared(earlier)}</p>
<div class="scroll" role="region" tabindex="0" aria-label="Every table with its rows and bytes">
<table>
<thead><tr><th scope="col">table</th><th scope="col">outcome</th>${head.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</div>`
}

function compared(earlier: readonly Night[]): string {
  if (earlier.length === 0) return 'There is no earlier night to compare it with.'
  const nights = earlier.length === 1 ? 'the night' : `the ${earlier.length} nights`
  return `The line shows the rows of ${nights} before and of this one; the change is from the last that loaded the table.`
}

/** What a night loaded of a table, if it did. */
const amountIn = ({ tables }: Night, id: string): TableOutcome[] =>
  tables.filter(
    ({ table, outcome, rows }) => table === id && outcome === 'loaded' && rows !== undefined,
  )

const cell = (value: number | undefined, text: (value: number) => string): string =>
  `<td class="number">${value === undefined ? '' : html(text(value))}</td>`

function changeCell(now: number | undefined, before: number | undefined): string {
  const hasBoth = now !== undefined && before !== undefined
  return `<td class="number quiet">${hasBoth ? changeOf(now, before) : ''}</td>`
}

/** `+2.1 %`, `−0.4 %`, `=` */
export function changeOf(now: number, before: number): string {
  if (now === before) return '='
  if (before === 0) return 'from 0'
  const percent = (100 * (now - before)) / before
  const digits = Math.abs(percent) < 10 ? 1 : 0
  const text = Math.abs(percent).toLocaleString('en-US', { maximumFractionDigits: digits })
  if (text === '0') return '±0 %'
  return `${percent > 0 ? '+' : '−'}${text} %`
}

/** Amounts over nights as a line from zero; nothing of fewer than two. */
function line(amounts: readonly number[]): string {
  if (amounts.length < 2) return ''
  const most = Math.max(...amounts, 1)
  const { width, height } = LINE
  const points = amounts.map((amount, i) => {
    const x = 3 + ((width - 6) * i) / (amounts.length - 1)
    return `${x.toFixed(1)},${(height - 3 - ((height - 6) * amount) / most).toFixed(1)}`
  })
  const [x, y] = points.at(-1)?.split(',') ?? []
  return `<svg class="line" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true"><polyline points="${points.join(' ')}"/><circle cx="${x}" cy="${y}" r="2.5"/></svg>`
}
