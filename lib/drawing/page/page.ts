import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Box, colourOf, type Drawing, edgesOf } from '../drawing.ts'
import { html, scriptJson } from '../escape.ts'
import { type Outcome, outcomes } from '../night.ts'
import { count, duration, outcomeWords, size } from '../words.ts'
import { overview } from './overview.ts'
import { signOf, svgOf } from './svg.ts'

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8')

/** The style of the picture, and the colours, light and dark, that it has from a page. */
export const drawingStyle = (): string => read('drawing.css')

/** The drawing as one page that needs nothing else: no server, no other file, no network. */
export function pageOf(drawing: Drawing): string {
  const script = read('page.js')
  const hash = createHash('sha256').update(script).digest('base64')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'">
<title>${html(titleOf(drawing))}</title>
<style>
${drawingStyle()}
${read('page.css')}</style>
</head>
<body>
<header>
<h1>${html(titleOf(drawing))}</h1>
<form id="filter" role="search"><input type="search" placeholder="Find a table" aria-label="Find a table" autocomplete="off" spellcheck="false"><output></output></form>
<div class="zoom"><button id="out" aria-label="Zoom out">−</button><button id="in" aria-label="Zoom in">+</button><button id="fit">Fit</button></div>
<ul class="legend">
${legend(drawing).join('\n')}
</ul>
</header>
<main>
${svgOf(drawing)}
</main>
<aside>
<section id="overview">
${overview(drawing).join('\n')}
</section>
<section id="facts" hidden></section>
</aside>
<script type="application/json" id="tables">${scriptJson(tablesOf(drawing))}</script>
<script>${script}</script>
</body>
</html>
`
}

function titleOf({ asked, night }: Drawing): string {
  const what = asked === undefined ? 'The warehouse' : `Around ${asked}`
  if (!night) return what
  return `${what}, ${night.date ? `the night of ${night.date}` : `run ${night.run}`}`
}

/** What the colours, signs and lines mean, and how many tables each is. */
function legend(drawing: Drawing): string[] {
  const item = (colour: string, sign: string, text: string, number: number) =>
    `<li><svg class="key ${colour}" viewBox="0 0 22 22"><rect class="body" x="1" y="1" width="20" height="20" rx="4"/>${sign}</svg>${html(text)} <b>${number}</b></li>`
  const { boxes, subjects, night, chain } = drawing
  if (!night) {
    return subjects.flatMap((subject) => {
      const own = boxes.filter((box) => box.subject === subject)
      const [first] = own
      const bar = '<path class="bar" d="M5 1H8V21H5A4 4 0 0 1 1 17V5A4 4 0 0 1 5 1Z"/>'
      return first ? [item(colourOf(drawing, first), bar, subject || 'no subject', own.length)] : []
    })
  }
  const kinds: readonly (Outcome | 'absent')[] = [...outcomes, 'absent']
  const items = kinds.flatMap((kind) => {
    const number = boxes.filter(({ outcome }) => (outcome?.outcome ?? 'absent') === kind).length
    const sign = kind === 'absent' ? '' : `<g transform="translate(5 5)">${signOf(kind)}</g>`
    return number > 0 ? [item(kind, sign, outcomeWords[kind], number)] : []
  })
  const line =
    '<svg class="key chain" viewBox="0 0 22 22"><path class="edge chain" d="M1 11H21"/></svg>'
  return chain
    ? [...items, `<li>${line}critical path <b>${html(duration(chain.seconds))}</b></li>`]
    : items
}

/** What the page's script knows of each table. */
function tablesOf(drawing: Drawing): object {
  const edges = edgesOf(drawing)
  return drawing.boxes.map((box) => ({
    id: box.id,
    needs: box.needs,
    makes: box.makes,
    drawn: edges.flatMap(({ from, to }) => (to === box.id ? [from] : [])),
    description: box.description,
    message: box.outcome?.message,
    facts: factLines(drawing, box),
  }))
}

function factLines({ night }: Drawing, { subject, origin, outcome }: Box): string[][] {
  const { rows, bytes, extractSeconds, loadSeconds } = outcome ?? {}
  const line = (label: string, value: number | undefined, text: (value: number) => string) =>
    value === undefined ? [] : [[label, text(value)]]
  return [
    ['source', origin],
    ...(subject ? [['subject', subject]] : []),
    ...(night ? [['outcome', outcomeWords[outcome?.outcome ?? 'absent']]] : []),
    ...line('rows', rows, count),
    ...line('bytes', bytes, size),
    ...line('extract', extractSeconds, duration),
    ...line(origin === 'SQL' ? 'transform' : 'load', loadSeconds, duration),
  ]
}
