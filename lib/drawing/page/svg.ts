import { type Box, colourOf, type Drawing, isOnChain } from '../drawing.ts'
import { html } from '../escape.ts'
import type { Outcome } from '../night.ts'
import { noteOf } from '../words.ts'
import { type Edge, type Layout, layoutOf, type Place } from './layout.ts'

/** What a letter of a note takes, in pixels, on the wide side. */
const NOTE_LETTER = 7

/** Signs of 12 by 12 pixels, so that nobody needs to see the colour of an outcome. */
const signs: Readonly<Record<Outcome, string>> = {
  loaded: 'M1 6.5 4.5 10 11 2.5',
  done: 'M1 6.5 4.5 10 11 2.5',
  complete: 'M0 6.5 3 9.5 8 3M6.5 9 7 9.5 12 3',
  running: 'M2 6h.01M6 6h.01M10 6h.01',
  stopped: 'M2 2h8v8h-8z',
  skipped: 'M1 6a5 5 0 1 0 10 0a5 5 0 1 0-10 0M2.5 9.5 9.5 2.5',
  failed: 'M2 2 10 10M10 2 2 10',
}

/** The drawing as SVG; its colours come from the page. */
export function svgOf(drawing: Drawing): string {
  const { width, height, places, edges } = layoutOf(drawing)
  return `<svg viewBox="0 0 ${round(width)} ${round(height)}" data-width="${round(width)}" data-height="${round(height)}">
<g id="view">
${edgesInOrder(drawing, edges).join('\n')}
${drawing.boxes.map((box) => boxSvg(drawing, box, places)).join('\n')}
</g>
</svg>`
}

/** A sign for an outcome; none where there was none. */
export const signOf = (outcome: Outcome): string => `<path class="sign" d="${signs[outcome]}"/>`

/** Lines of the chain come last, on top of the others. */
function edgesInOrder(drawing: Drawing, edges: Layout['edges']): string[] {
  const on = (edge: Edge) => isOnChain(drawing, edge.from, edge.to)
  return [...edges.filter((edge) => !on(edge)), ...edges.filter(on)].map(
    (edge) =>
      `<path class="edge${on(edge) ? ' chain' : ''}" data-from="${html(edge.from)}" data-to="${html(edge.to)}" d="${pathOf(edge)}"/>`,
  )
}

/** Straight past boxes, curved between columns, with a head of two strokes at the end. */
function pathOf({ points }: Edge): string {
  const [start, ...others] = points
  if (!start) return ''
  let at = start
  const parts = others.map((point, i) => {
    const middle = round((at.x + point.x) / 2)
    const straight = i % 2 === 1
    const curve = straight
      ? `L${place(point)}`
      : `C${middle} ${round(at.y)} ${middle} ${round(point.y)} ${place(point)}`
    at = point
    return curve
  })
  const head = `M${round(at.x - 7)} ${round(at.y - 4)}L${place(at)}L${round(at.x - 7)} ${round(at.y + 4)}`
  return `M${place(start)}${parts.join('')}${head}`
}

function boxSvg(drawing: Drawing, box: Box, places: Layout['places']): string {
  const { x, y, width, height, lines } = places.get(box.id) as Place
  const { outcome } = box
  const sign = outcome && signOf(outcome.outcome)
  const note = drawing.night ? noteOf(outcome) : cut(box.subject, (width - 26) / NOTE_LETTER)
  const marks = [
    ...(drawing.chain?.tables.includes(box.id) ? ['chain'] : []),
    ...(drawing.asked === box.id ? ['asked'] : []),
  ]
  const classes = ['box', colourOf(drawing, box), ...marks].join(' ')
  const bottom = height - 12
  const ring = `<rect class="ring" x="-5" y="-5" width="${width + 10}" height="${height + 10}" rx="9"/>`
  return `<g class="${classes}" data-id="${html(box.id)}" tabindex="0" role="button" aria-label="${html(`${box.id}, ${note}`)}" transform="translate(${round(x)} ${round(y)})">
${drawing.asked === box.id ? ring : ''}<rect class="body" width="${width}" height="${height}" rx="5"/><path class="bar" d="M5 0H7V${height}H5A5 5 0 0 1 0 ${height - 5}V5A5 5 0 0 1 5 0Z"/>
${lines.map((line, i) => `<text class="name" x="16" y="${19 + 17 * i}">${html(line)}</text>`).join('')}
${sign ? `<g transform="translate(16 ${bottom - 10})">${sign}</g>` : ''}<text class="note" x="${sign ? 34 : 16}" y="${bottom}">${html(note)}</text>
</g>`
}

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`

const place = ({ x, y }: { readonly x: number; readonly y: number }) => `${round(x)} ${round(y)}`

const round = (pixels: number): number => Math.round(pixels * 10) / 10
