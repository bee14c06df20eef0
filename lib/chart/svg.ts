import { parse, textMetrics, View } from 'vega'
import { compile } from 'vega-lite'
import type { Look } from '../look/look.ts'
import type { Drawn } from './rows.ts'
import { specOf } from './spec.ts'

/** What a letter takes of its height, on the wide side: without a browser nobody measures text. */
const LETTER = 0.58

textMetrics.width = ({ fontSize = 11, limit = 0 }, text) => {
  const width = LETTER * fontSize * String(text ?? '').length
  return limit > 0 ? Math.min(width, limit) : width
}

/** The rows of a look as SVG so many pixels wide, for a page that has the colours. */
export async function svgOf(look: Look, rows: readonly Drawn[], width: number): Promise<string> {
  const { spec } = compile(specOf(look, rows, width))
  const view = new View(parse(spec), { renderer: 'none' })
  try {
    return onPage(await view.toSVG(), `${look.name}-${width}`)
  } finally {
    view.finalize()
  }
}

/** SVG as it stands on a page beside others: the page names it, and ids are its own. */
const onPage = (svg: string, prefix: string): string =>
  svg
    .replaceAll(/ (xmlns(:\w+)?|role|aria-\w+)="[^"]*"/g, '')
    .replaceAll(/( id="|url\(#)/g, `$1${prefix}-`)
    .replaceAll(/(\d+\.\d)\d+/g, '$1')
