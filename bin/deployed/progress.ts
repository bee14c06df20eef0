import type { Display } from '../../local/display.ts'
import { NightRecord } from '../../local/record.ts'
import { summary } from '../../local/summary.ts'
import type { Meaning } from './naming.ts'
import { type NightMachine, tablesOf } from './night-machine.ts'
import { restart } from './restart.ts'
import { follow } from './watch.ts'

/** The tables that a night may come to, as far as its input says. */
export async function askedOf(machine: NightMachine, meaning?: Pick<Meaning, 'tables'>) {
  const { tables = [] } = meaning ?? {}
  // What `+` brings along only the night itself knows: it passes by the others.
  const all = tables.length === 0 || tables.some((table) => table.includes('+'))
  return all ? await tablesOf(machine) : [...tables]
}

/** Those of some tables that were asked for whatever a `+` brings along. */
export function surely(asked: readonly string[], meaning?: Pick<Meaning, 'tables'>): string[] {
  const { tables = [] } = meaning ?? {}
  const named = new Set(tables.map((table) => table.replaceAll(/^\+|\+$/g, '')))
  return asked.filter((table) => named.size === 0 || named.has(table))
}

export interface ProgressOptions {
  readonly arn: string
  readonly meaning?: Meaning
  readonly display: Display
  /** Where, as `--stage` said. */
  readonly stage: unknown
  /** What to do to see it again. */
  readonly status: string
}

/** Shows an execution until it ends; gives the exit code. Ctrl-C leaves it to itself. */
export async function showProgress(
  machine: NightMachine,
  { arn, meaning, display, stage, status }: ProgressOptions,
): Promise<number> {
  const sayThatItGoesOn = () => {
    display.line()
    display.line('It goes on in AWS. This shows how it stands:')
    display.line(`  ${status}`)
  }
  const leave = () => {
    sayThatItGoesOn()
    process.exit(130)
  }
  process.once('SIGINT', leave)
  const record = new NightRecord((line) => display.line(`  ${line}`))
  const asked = await askedOf(machine, meaning)
  const ticking = setInterval(() => {
    record.total = asked.length - record.notAsked.size
    display.status(record.status())
  }, 250)
  try {
    const standing = await follow(machine.client, arn, record)
    display.line()
    record.date ||= meaning?.date ?? ''
    const left = asked.filter((table) => !record.notAsked.has(table))
    const command = restart(meaning, stage, record, left)
    for (const line of summary(record, standing, command, surely(left, meaning))) display.line(line)
    return standing.status === 'SUCCEEDED' ? 0 : 1
  } catch (error) {
    sayThatItGoesOn()
    throw error
  } finally {
    clearInterval(ticking)
    process.off('SIGINT', leave)
  }
}
