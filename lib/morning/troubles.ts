import { html } from '../drawing/escape.ts'
import type { TableOutcome } from '../drawing/night.ts'
import { type Morning, rowId } from './morning.ts'

/** What failed, what was left out for it, and the command that does the rest; nothing where all is well. */
export function troubles({ drawing: { night }, again }: Morning): string | undefined {
  if (night.problem === undefined) return undefined
  const of = (outcome: string) => night.tables.filter((table) => table.outcome === outcome)
  const reasons = [...byReason('failed', of('failed')), ...byReason('skipped', of('skipped'))]
  const said = reasons.length > 0 ? reasons : [message(night.problem)]
  const rest = again
    ? `<p>Once that is mended, this does what is missing:</p><pre class="scroll" tabindex="0"><code>${html(again)}</code></pre>`
    : ''
  return `${said.join('\n')}\n${rest}`
}

/** Each warning; nothing where there is none. */
export const warnings = ({ warnings }: Morning): string | undefined =>
  warnings.length > 0
    ? warnings.map((text) => `<p class="message warning">${withCode(text)}</p>`).join('\n')
    : undefined

/** Each reason once, below the tables that it holds for. */
function byReason(heading: string, tables: readonly TableOutcome[]): string[] {
  const groups = Map.groupBy(tables, ({ message = '' }) => message)
  return [...groups].map(([reason, own]) => {
    const names = own.map(({ table }) => `<a href="#${html(rowId(table))}">${html(table)}</a>`)
    return `<h3>${names.join(', ')} ${heading}</h3>${reason && message(reason)}`
  })
}

const message = (text: string): string => `<p class="message">${withCode(text)}</p>`

/** Text in which what stands between backticks is code. */
const withCode = (text: string): string => html(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>')
