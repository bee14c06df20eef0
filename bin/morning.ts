import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { figureOf, missingFigure } from '../lib/chart/figure.ts'
import { drawingOf } from '../lib/drawing/drawing.ts'
import { Failure, messageOf } from '../lib/error.ts'
import { tablesOf } from '../lib/graph/graph.ts'
import type { Look } from '../lib/look/look.ts'
import { pageOf } from '../lib/morning/page.ts'
import { wordsOf } from '../lib/table/check.ts'
import { render } from '../lib/table/sql.ts'
import { type Ask, asking } from '../local/redshift/query.ts'
import { home } from './home.ts'
import { nights, readNight, readSteps } from './nights.ts'
import { loadWarehouse } from './warehouse.ts'

/** So many earlier nights are compared with one. */
const EARLIER = 13

export interface MorningOptions {
  readonly run: string
  readonly looks: readonly Look[]
  /** What a person should see to. */
  readonly warnings: readonly string[]
  /** The tables whose rows were to be published whatever their checks say. */
  readonly accepted: readonly string[]
  /** The command that does what is missing, where something is. */
  readonly again?: string
}

/** Writes the page of a night that has ended on this machine; gives its path. */
export async function writeMorning({ run, looks, ...said }: MorningOptions): Promise<string> {
  const { graph, files } = await loadWarehouse()
  const night = readNight(run)
  const subjects = new Map([...files].map(([id, file]) => [id, dirname(file)]))
  const page = pageOf({
    drawing: { ...drawingOf(graph, { subjects, night }), night },
    steps: readSteps(run),
    earlier: nights()
      .filter((name) => name < run)
      .slice(-EARLIER)
      .map(readNight),
    checks: new Map(tablesOf(graph).map(({ id, checks }) => [id, checks.map(wordsOf)])),
    figures: await figures(looks, night.date ?? ''),
    ...said,
  })
  const file = join(home, 'nights', `${run}.html`)
  writeFileSync(file, page)
  return file
}

/** The looks, drawn from what the warehouse holds now; one that cannot be drawn says why. */
async function figures(looks: readonly Look[], date: string): Promise<string[]> {
  try {
    return await asking(join(home, 'warehouse.duckdb'), async (ask) => {
      const drawn: string[] = []
      for (const look of looks) drawn.push(await figure(look, date, ask))
      return drawn
    })
  } catch (error) {
    // Somebody else has the warehouse open.
    return looks.map((look) => missingFigure(look, messageOf(error)))
  }
}

async function figure(look: Look, date: string, ask: Ask): Promise<string> {
  try {
    const { columns, rows } = await ask(render(look.query, { runDate: date }))
    checkColumns(look, columns)
    return await figureOf(look, rows)
  } catch (error) {
    return missingFigure(look, messageOf(error))
  }
}

function checkColumns({ name, columns }: Look, given: readonly { readonly name: string }[]): void {
  const list = (of: readonly { readonly name: string }[]) =>
    of.map((column) => column.name).join(', ')
  if (list(columns) === list(given)) return
  const problem = `its query gives ${list(given)}, and its columns are ${list(columns)}`
  throw new Failure('BadDeclaration', `${name}: ${problem}; name the same ones in the same order`)
}
