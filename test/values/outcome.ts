import { messageOf } from '../../lib/error.ts'
import { extract, type Portion } from '../../lib/manifest/extract.ts'
import { loadTable } from '../../lib/redshift/load.ts'
import type { Definition } from '../../lib/table/definition.ts'
import type { NightStage } from '../night/stage.ts'
import { type Rule, type RuleName, rules } from './rules.ts'

/** What became of the values of a column. */
export interface Outcome {
  readonly type: string
  /** The column's type in the warehouse: `varchar(1020)`. */
  readonly declared: string
  /** Whether that is what `usher mirror` says. */
  readonly isUsual: boolean
  readonly equal: number
  readonly converted: number
  readonly refused: number
  /** The rules that were met. */
  readonly rules: ReadonlySet<RuleName>
  /** What is none of these, in a sentence each. */
  readonly otherwise: readonly string[]
}

/** What came of loading some rows: its error, or the notes of the extract. */
export interface Attempt {
  readonly error?: string
  readonly notes: readonly string[]
}

/** Extracts and loads a table, or a portion of it, as a night does. */
export async function load(
  { tools }: NightStage,
  table: Definition,
  portion?: Portion,
): Promise<Attempt> {
  const prefix = `staging/${table.id}/${Math.random()}`
  const { signal } = new AbortController()
  const work = { ...tools, table, date: '2026-11-23', prefix }
  try {
    const made = await extract({ ...work, signal, portion })
    await loadTable({ ...work, run: prefix })
    return { notes: Object.keys(made?.notes ?? {}) }
  } catch (error) {
    return { error: messageOf(error), notes: [] }
  }
}

const ruleOf = (name: RuleName | undefined): Rule => (name === undefined ? {} : rules[name])

export const isNoted = (rule: RuleName | undefined, note: string): boolean =>
  ruleOf(rule).note?.test(note) === true

export const isRefusal = (rule: RuleName | undefined, error: string): boolean =>
  ruleOf(rule).refusal?.test(error) === true

export const shorten = (text: string, most = 200): string =>
  text.length > most ? `${text.slice(0, most)}…` : text
