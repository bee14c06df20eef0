import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Night } from '../lib/drawing/night.ts'
import { Failure } from '../lib/error.ts'
import { type Step, sentenceOf, type TableRecord } from '../local/record.ts'
import { home } from './home.ts'

/** The file that a night on this machine leaves. */
interface Left {
  readonly run: string
  readonly date?: string
  readonly input?: { readonly date?: string }
  readonly status: string
  readonly output?: { readonly date?: string }
  readonly error?: string
  readonly cause?: string
  readonly tables: readonly TableRecord[]
  /** Nights of older versions did not say. */
  readonly steps?: readonly Step[]
}

/** The nights on this machine that came to an end, oldest first. */
export function nights(): string[] {
  const folder = join(home, 'nights')
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return files.map((file) => file.slice(0, -'.json'.length)).sort()
}

/**
 * What became of each table on a night on this machine. Throws a BadInput where there is no such
 * night, or where its file holds something else.
 */
export function readNight(run: string): Night {
  const left = readLeft(run)
  return {
    run,
    date: left.date || left.output?.date || left.input?.date,
    problem:
      left.status === 'SUCCEEDED' ? undefined : sentenceOf(left.cause ?? left.error ?? left.status),
    tables: left.tables,
  }
}

/** When a night on this machine did what. Throws as `readNight` does. */
export const readSteps = (run: string): readonly Step[] => readLeft(run).steps ?? []

function readLeft(run: string): Left {
  const known = nights()
  if (!known.includes(run)) {
    const newest = known
      .slice(-5)
      .reverse()
      .map((name) => `\n  ${name}`)
    const hint = newest.length > 0 ? `the newest are${newest.join('')}` : 'npm run night makes one'
    throw new Failure('BadInput', `there is no night ${run} in ${join(home, 'nights')}; ${hint}`)
  }
  const file = join(home, 'nights', `${run}.json`)
  const left = parse(readFileSync(file, 'utf8'))
  if (!left) {
    const remedy = 'delete it, or draw without a night: --plain'
    throw new Failure('BadInput', `${file} is not what a night leaves; ${remedy}`)
  }
  return left
}

/** The rows and bytes that each table had the last time that a night on this machine loaded it. */
export function lastLoaded(): Map<string, { readonly rows: number; readonly bytes?: number }> {
  const loaded = new Map<string, { readonly rows: number; readonly bytes?: number }>()
  for (const run of nights()) {
    for (const { table, outcome, rows, bytes } of readNight(run).tables) {
      if (outcome === 'loaded' && rows !== undefined) loaded.set(table, { rows, bytes })
    }
  }
  return loaded
}

function parse(text: string): Left | undefined {
  try {
    const left = JSON.parse(text) as Left | null
    return Array.isArray(left?.tables) ? left : undefined
  } catch {
    return undefined
  }
}
