import { integer, varchar } from '#lib'
import type { NightStage } from '../night/stage.ts'
import { documentSubjects, type FileSubject, fileSubjects, type Written } from './documents.ts'
import { isSame } from './oracle.ts'
import { type Attempt, isNoted, isRefusal, load, type Outcome, shorten } from './outcome.ts'
import { type Reader, startFiles } from './readers.ts'
import type { RuleName } from './rules.ts'

/** Takes every value of a document to the warehouse by a reader, and reads it back. */
export async function documentMatrix(stage: NightStage, reader: Reader): Promise<Outcome[]> {
  const id = integer().primaryKey()
  const columns = documentSubjects.map(({ declared }) => declared.nullable())
  const named = Object.fromEntries(columns.map((column, i) => [`c${i}`, column]))
  const record = (id: number, i: number, json: string) =>
    `{"id":${id},"date":"2026-11-23","c${i}":${json}}`
  const good = documentSubjects.flatMap(({ cases }, i) =>
    cases.flatMap((one, at) => (isRefused(one) ? [] : [record(100 * i + at, i, one.json)])),
  )
  await reader.serve(good)
  const whole = `${reader.name}_all`
  const made = await load(stage, reader.table(whole, { id, ...named }))
  const found =
    made.error === undefined ? await rowsOf(stage, whole, Object.keys(named)) : new Map()
  const outcomes: Outcome[] = []
  for (const [i, { cases }] of documentSubjects.entries()) {
    const name = `c${i}`
    const column = named[name]
    if (!column) continue
    const { type } = column.facts
    const own = reader.table(`${reader.name}_${name}`, { id, [name]: column })
    const wrongWith = async (one: Written, at: number): Promise<string | undefined> => {
      if (isRefused(one)) {
        await reader.serve([record(at, i, one.json)])
        return wrongWithRefusal(await load(stage, own), one.rule)
      }
      const here = found.get(`${100 * i + at}`)?.[name] ?? null
      if (made.error !== undefined) return made.error
      if (!isSame(type.name, expectedOf(one, type.name), here)) return `${here} arrived`
      return wrongWithNote(made, name, one.rule)
    }
    outcomes.push(await outcomeOf(`${reader.name}: JSON`, type.ddl, cases, wrongWith))
  }
  return outcomes
}

/** Takes whole files to the warehouse. */
export async function fileMatrix(stage: NightStage): Promise<Outcome[]> {
  const { put, reader, tableOf } = await startFiles(stage.s3)
  const outcomes = await documentMatrix(stage, reader)
  const columns = { id: integer().nullable(), v: varchar(1000).nullable() }
  for (const kind of ['csv', 'json'] as const) {
    const cases = fileSubjects.filter(({ format }) => format.kind === kind)
    const wrongWith = async ({ body, format, rows, rule }: FileSubject, at: number) => {
      await put(body)
      const name = `files_${kind}_${at}`
      const made = await load(stage, tableOf(name, columns, format))
      if (rows === undefined) return wrongWithRefusal(made, rule)
      if (made.error !== undefined) return made.error
      const found = await stage.ask(`select "id", "v" from "${name}" order by "id"`)
      if (JSON.stringify(found) !== JSON.stringify(rows)) return `${JSON.stringify(found)} arrived`
      return wrongWithNote(made, 'v', rule)
    }
    outcomes.push(
      await outcomeOf(`files: whole ${kind.toUpperCase()}`, 'varchar(1000)', cases, wrongWith),
    )
  }
  return outcomes
}

interface Tried {
  readonly rule?: RuleName
  /** What stands for it in a sentence. */
  readonly what?: string
  readonly json?: string
  readonly arrives?: string
  readonly rows?: FileSubject['rows']
}

/** A value that arrives under a rule is converted by it. */
const isRefused = ({ rule, arrives, rows }: Tried): boolean =>
  rule !== undefined && arrives === undefined && rows === undefined

async function outcomeOf<Case extends Tried>(
  type: string,
  declared: string,
  cases: readonly Case[],
  wrongWith: (one: Case, at: number) => Promise<string | undefined>,
): Promise<Outcome> {
  let [equal, converted, refused] = [0, 0, 0]
  const otherwise: string[] = []
  for (const [at, one] of cases.entries()) {
    const wrong = await wrongWith(one, at)
    const shown = shorten(one.what ?? one.json ?? '', 60)
    if (wrong) otherwise.push(`${type} ${declared} ${shown}: ${shorten(wrong)}`)
    else if (isRefused(one)) refused++
    else if (one.rule) converted++
    else equal++
  }
  const rules = new Set(cases.flatMap(({ rule }) => rule ?? []))
  return { type, declared, isUsual: true, equal, converted, refused, rules, otherwise }
}

function wrongWithRefusal({ error }: Attempt, rule?: RuleName): string | undefined {
  if (error === undefined) return 'was not refused'
  return isRefusal(rule, error) ? undefined : error
}

function wrongWithNote({ notes }: Attempt, name: string, rule?: RuleName): string | undefined {
  if (rule === undefined || notes.some((note) => note.startsWith(name) && isNoted(rule, note))) {
    return undefined
  }
  return 'was converted, and not counted'
}

/** What should be in the warehouse, in the form that `isSame` compares. */
function expectedOf({ json, arrives }: Written, type: string): string | null {
  if (json === 'null') return null
  if (type === 'super') return Buffer.from(arrives ?? json).toString('latin1')
  const text = arrives ?? (json.startsWith('"') ? (JSON.parse(json) as string) : json)
  if (type === 'boolean') return text.replace('true', '1').replace('false', '0')
  return Buffer.from(text).toString('latin1')
}

async function rowsOf(stage: NightStage, table: string, names: readonly string[]) {
  const list = names.map((name, i) => {
    const { type } = documentSubjects[i]?.declared.facts ?? {}
    if (type?.name === 'varchar') return `'|' || "${name}" as "${name}"`
    return type?.quoted ? `"${name}"` : `cast("${name}" as varchar(64)) as "${name}"`
  })
  const rows = await stage.ask(`select "id", ${list.join(', ')} from "${table}"`)
  return new Map(
    rows.map(([id, ...values]) => [
      id,
      Object.fromEntries(names.map((name, i) => [name, values[i]?.replace(/^\|/, '') ?? null])),
    ]),
  )
}
