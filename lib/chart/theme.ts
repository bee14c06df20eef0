import type { Config } from 'vega-lite'

const ink = 'var(--ink)'
const quiet = 'var(--quiet)'

/** The colours of the page, in the order in which they are used: far from each other at first. */
export const colours = [
  'var(--blue)',
  'var(--orange)',
  'var(--green)',
  'var(--pink)',
  'var(--sky)',
  'var(--vermilion)',
  'var(--olive)',
  'var(--slate)',
] as const

const font = 'system-ui, sans-serif'

/** How charts look: quiet lines, labels in the ink of the page. */
export const theme: Config = {
  // The page says what a chart shows; a role and a name for each bar would be read out one by one.
  aria: false,
  font,
  background: undefined,
  view: { stroke: null },
  axis: {
    ...{ domain: false, ticks: false, gridColor: 'var(--rule)' },
    ...{ labelColor: ink, labelFontSize: 12, labelPadding: 6 },
    ...{ titleColor: quiet, titleFontSize: 12, titleFontWeight: 'normal', titlePadding: 8 },
  },
  axisY: { grid: true },
  legend: {
    ...{ orient: 'top', direction: 'horizontal', symbolType: 'square', symbolStrokeWidth: 0 },
    ...{ labelColor: ink, labelFontSize: 12, offset: 6, columnPadding: 14 },
  },
  header: { labelColor: ink, labelFontSize: 12, titleColor: quiet },
  rule: { color: quiet },
  point: { filled: true, opacity: 1 },
}
