import { html } from '../drawing/escape.ts'
import type { Night, Outcome } from '../drawing/night.ts'
import { type Morning, rowId } from './morning.ts'

/** What failed, and the command that does what is missing; nothing where the night succeeded. */
export function failed({ drawing: { night }, again }: Morning): string | undefined {
  if (night.problem === undefined) return undefined
  const reasons = byReason(night, 'failed')
  const said = reasons.length > 0 ? reasons : [message(night.problem)]
  const rest = again
    ? `<p>Once that is mended, this does what is missing:</p><pre class="scroll" tabindex="0"><code>${html(again)}</code></pre>`
    : ''
  return `${said.join('\n')}\n${rest}`
}

/** What was left out, also where the night succeeded without a source; nothing where nothing was. */
export function skipped({ drawing: { night } }: Morning): string | undefined {
  const reasons = byReason(night, 'skipped')
  return reasons.length > 0 ? reasons.join('\n') : undefined
}

/** Each warning; nothing where there is none. */
export const warnings = ({ warnings }: Morning): string | undefined =>
  warnings.length > 0
    ? warnings.map((text) => `<p class="message warning">${withCode(text)}</p>`).join('\n')
    : undefined

/** Each reason once, below the tables that it holds for. */
function byReason({ tables }: Night, outcome: Outcome): string[] {
  const own = tables.filter((table) => table.outcome === outcome)
  return [...Map.groupBy(own, ({ message = '' }) => message)].map(([reason, of]) => {
    const names = of.map(({ table }) => `<a href="#${html(rowId(table))}">${html(table)}</a>`)
    return `<h3>${names.join(', ')}</h3>${reason && message(reason)}`
  })
}

const message = (text: string): string => `<p class="message">${withCode(text)}</p>`

/** Text in which what stands between backticks is code. */
const withCode = (text: string): string => html(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>')
