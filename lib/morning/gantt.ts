import { html } from '../drawing/escape.ts'
import { duration } from '../drawing/words.ts'
import { type Morning, rowId, type Step, spanOf } from './morning.ts'

/** What a step is, by the first word of its state. */
const kinds: Readonly<Record<string, string>> = {
  Plan: 'extract',
  Extract: 'extract',
  Seal: 'extract',
  Unload: 'extract',
  Spark: 'spark',
  Load: 'load',
  Transform: 'transform',
  Run: 'task',
}

/** Nice lengths of time for an axis, in seconds. */
const TICKS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400]

/** When each table was made, as bars on one axis; nothing where nothing was done. */
export function gantt({ drawing, steps }: Morning): string | undefined {
  const span = spanOf(steps)
  if (!span) return undefined
  // A night of no time at all still needs an axis.
  const seconds = Math.max(span.seconds, 0.001)
  const since = (time: string) => (Date.parse(time) - span.begun) / 1000
  const percent = (value: number) => `${((100 * value) / seconds).toFixed(2)}%`
  const rows = [...Map.groupBy(steps, ({ table }) => table)].sort(
    ([, [a]], [, [b]]) => since(a?.from ?? '') - since(b?.from ?? ''),
  )
  const failed = new Set(
    drawing.night.tables.flatMap(({ table, outcome }) => (outcome === 'failed' ? [table] : [])),
  )
  const bar = (step: Step, isLast: boolean) => {
    const kind = failed.has(step.table) && isLast ? 'failed' : kindOf(step)
    const length = since(step.to) - since(step.from)
    return `<i class="${kind}" style="left:${percent(since(step.from))};width:${percent(length)}"></i>`
  }
  const items = rows.map(([table, own]) => {
    const isCritical = drawing.chain?.tables.includes(table)
    const words = own.map(
      (step) => `${step.state}: from ${duration(since(step.from))} to ${duration(since(step.to))}`,
    )
    const last = Math.max(...own.map(({ to }) => since(to)))
    return `<li${isCritical ? ' class="critical"' : ''}>
<a href="#${html(rowId(table))}">${html(table)}</a>${isCritical ? '<span class="hidden">, on the critical path</span>' : ''}
<span class="track" aria-hidden="true">${own.map((step, i) => bar(step, i === own.length - 1)).join('')}</span>
<span class="end" aria-hidden="true">${duration(last)}</span>
<span class="hidden">. ${html(words.join('; '))}.</span>
</li>`
  })
  const tick = TICKS.find((length) => seconds / length <= 6) ?? seconds / 5
  const marks = Array.from({ length: Math.floor(seconds / tick) + 1 }, (_, i) => i * tick)
  return `<p>${chainWords(drawing)} A bar begins when a step is called, and holds what it waits for a place to run.</p>
<ul class="keys">${legend(steps, failed.size > 0).join('')}</ul>
<div class="axis" aria-hidden="true"><span></span><span class="track">${marks.map((mark) => `<b style="left:${percent(mark)}">${axisWord(mark)}</b>`).join('')}</span><span></span></div>
<ol class="gantt" style="--tick:${percent(tick)}">
${items.join('\n')}
</ol>`
}

const kindOf = ({ state }: Step): string => kinds[state.split(' ')[0] ?? ''] ?? 'load'

const axisWord = (seconds: number): string =>
  seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 6) / 10} min`

function chainWords({ chain, night }: Morning['drawing']): string {
  if (!chain) return `What was done, and when, in run ${html(night.run)}.`
  const names = chain.tables.map((id) => `<a href="#${html(rowId(id))}">${html(id)}</a>`)
  return `The critical path, ${html(duration(chain.seconds))}, is ${names.join(' → ')}: tables, each made from the one before, that took longest together.`
}

function legend(steps: readonly Step[], hasFailed: boolean): string[] {
  const present = new Set(steps.map(kindOf))
  const words = [...new Set(Object.values(kinds))].filter((kind) => present.has(kind))
  return [...words, ...(hasFailed ? ['failed'] : [])].map(
    (kind) => `<li><i class="${kind}"></i>${kind}</li>`,
  )
}
