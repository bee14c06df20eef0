import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Failure, messageOf } from '../lib/error.ts'
import { type Graph, graphOf, tablesOf } from '../lib/graph/graph.ts'
import { isLook, type Look } from '../lib/look/look.ts'
import { definition, sourceOf, type Tabled, type Tasked } from '../lib/table/definition.ts'
import { typeErrors } from './types.ts'

const folder = fileURLToPath(new URL('../warehouse', import.meta.url))
const index = join(folder, 'index.ts')

/** The files in folders of subjects. */
const subjectFiles = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && dirname(file) !== '.')
    .sort()

/** The files that declare looks: no function ever needs them. */
const lookFiles = (): string[] => subjectFiles().filter((file) => file.endsWith('.look.ts'))

/** The files that declare tables and tasks: all others. */
const tableFiles = (): string[] => subjectFiles().filter((file) => !file.endsWith('.look.ts'))

/**
 * The graph of the warehouse as its files are now: a new table is one new file. Throws a BadDeclaration where a file
 * does not export the table or task that it is named after.
 */
export const loadGraph = async (): Promise<Graph> => (await loadWarehouse()).graph

/** The graph, and the file of each table or task within `warehouse/`. Throws as `loadGraph` does. */
export async function loadWarehouse(): Promise<{
  readonly graph: Graph
  readonly files: ReadonlyMap<string, string>
}> {
  const tables: unknown[] = []
  const fileOf = new Map<string, string>()
  const files = writeIndex()
  for (const file of files) {
    const exports = await importFile(file)
    const name = basename(file, '.ts')
    if (!isDeclared(exports[name])) {
      const problem = `warehouse/${file} exports no table or task called ${name}`
      throw new Failure('BadDeclaration', problem)
    }
    for (const value of Object.values(exports)) {
      tables.push(value)
      if (isDeclared(value)) fileOf.set(value[definition].id, file)
    }
  }
  return { graph: graphOf(tables), files: fileOf }
}

/**
 * The looks of the warehouse, in the order of their files. Throws a BadDeclaration where a file exports no look
 * that it is named after.
 */
export async function loadLooks(): Promise<Look[]> {
  const found: Look[] = []
  for (const file of lookFiles()) {
    const name = basename(file, '.look.ts')
    const look = (await importFile(file))[name]
    if (!isLook(look) || look.name !== name) {
      throw new Failure('BadDeclaration', `warehouse/${file} exports no look called ${name}`)
    }
    found.push(look)
  }
  return found
}

const isDeclared = (value: unknown): value is Tabled | Tasked =>
  typeof value === 'object' && value !== null && definition in value

/** Brings `warehouse/index.ts`, which the bundles import, up to date. Gives the files of tables and tasks. */
export function writeIndex(): string[] {
  const files = tableFiles()
  const text = indexOf(files)
  if (readFileSync(index, 'utf8') !== text) writeFileSync(index, text)
  return files
}

/**
 * Writes into a directory what functions that read one source import in place of `warehouse/index.ts`:
 * the tables of that source alone, so that nothing else changes such a function. Gives the file of each
 * source.
 */
export function writeIndexes(
  directory: string,
  graph: Graph,
  files: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  mkdirSync(directory, { recursive: true })
  const bySource = Map.groupBy(tablesOf(graph), (table) => sourceOf(table)?.name)
  const indexes = new Map<string, string>()
  for (const [source, tables] of bySource) {
    // What Spark makes needs tables of other sources, which its functions must know.
    if (source === undefined || tables.some(({ made }) => made.by === 'spark')) continue
    const own = new Set(tables.flatMap(({ id }) => files.get(id) ?? []))
    const file = resolve(directory, `${source}.ts`)
    writeFileSync(file, indexOf([...own].sort(), relative(directory, folder)))
    indexes.set(source, file)
  }
  return indexes
}

async function importFile(file: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(join(folder, file)).href)
  } catch (error) {
    const mistakes = typeErrors()
    if (mistakes) throw new Failure('BadDeclaration', mistakes, { cause: error })
    // The mistake may be in a file that this one imports: the stack knows which, and the line.
    const where = /warehouse\/[^\s:?]+:\d+/.exec(String((error as Error).stack))?.[0]
    const problem = `${where ?? `warehouse/${file}`}: ${messageOf(error)}`
    throw new Failure('BadDeclaration', problem, { cause: error })
  }
}

const indexOf = (files: readonly string[], path = '.'): string =>
  [
    '// Written from the files beside it whenever the app is synthesized: there is nothing to edit.',
    ...files.map((file) => `import * as ${moduleName(file)} from '${path}/${file}'`),
    '',
    'export const tables: readonly object[] = [',
    ...files.map((file) => `  ${moduleName(file)},`),
    '].flatMap((file) => Object.values(file))',
    '',
  ].join('\n')

/** Two tables of one name, in two folders, are two modules. */
const moduleName = (file: string): string => file.replace(/\.ts$/, '').replaceAll(/\W/g, '_')
