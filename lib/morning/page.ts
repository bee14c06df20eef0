import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { html } from '../drawing/escape.ts'
import { drawingStyle } from '../drawing/page/page.ts'
import { svgOf } from '../drawing/page/svg.ts'
import { checks } from './checks.ts'
import { gantt } from './gantt.ts'
import { head, titleOf, wordOf } from './head.ts'
import type { Morning } from './morning.ts'
import { tables } from './tables.ts'
import { failed, skipped, warnings } from './troubles.ts'

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8')

/** A part of the page. */
interface Part {
  readonly id: string
  readonly title: string
  /** Undefined where there is nothing to say. */
  readonly body: string | undefined
}

/** The page of a night, which needs nothing else: no server, no other file, no network. */
export function pageOf(morning: Morning): string {
  const script = read('page.js')
  const hash = createHash('sha256').update(script).digest('base64')
  const parts = partsOf(morning).filter(({ body }) => body !== undefined)
  const links = parts.map(({ id, title }) => `<a href="#${id}">${title}</a>`)
  const sections = parts.map(
    ({ id, title, body }) =>
      `<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${title}</h2>\n${body}\n</section>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'">
<title>${html(titleOf(morning))} ${wordOf(morning)}</title>
<style>
${drawingStyle()}
${read('page.css')}</style>
</head>
<body>
<header>
${head(morning)}
<nav aria-label="Parts of this page">${links.join(' ')}</nav>
</header>
<main>
${sections.join('\n')}
</main>
<script>${script}</script>
</body>
</html>
`
}

/** The parts in their order: first what somebody has to do. */
const partsOf = (morning: Morning): Part[] => [
  { id: 'failed', title: 'What failed', body: failed(morning) },
  { id: 'skipped', title: 'What was left out', body: skipped(morning) },
  { id: 'warnings', title: 'To see to', body: warnings(morning) },
  { id: 'looks', title: 'Looks', body: looks(morning) },
  { id: 'graph', title: 'What is made from what', body: graph(morning) },
  { id: 'time', title: 'When', body: gantt(morning) },
  { id: 'tables', title: 'Tables', body: tables(morning) },
  { id: 'checks', title: 'Checks', body: checks(morning) },
]

const looks = ({ figures }: Morning): string | undefined =>
  figures.length > 0 ? `<div class="looks">\n${figures.join('\n')}\n</div>` : undefined

const graph = ({ drawing }: Morning): string =>
  `<p>Each table stands to the right of those it is made from; what became of it is in its box. Choose one to see its numbers.</p>
<div class="scroll graph" role="region" tabindex="0" aria-label="The dependency graph">
${svgOf(drawing)}
</div>`
