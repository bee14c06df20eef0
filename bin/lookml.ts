import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from '../lib/error.ts'
import { tablesOf } from '../lib/graph/graph.ts'
import { commentOf } from '../lib/lookml/comment.ts'
import { isOurs } from '../lib/lookml/lkml.ts'
import { type Project, projectOf } from '../lib/lookml/project.ts'
import { loads } from '../lib/redshift/audit.ts'
import { home } from './home.ts'
import type { Command } from './usher.ts'
import { loadWarehouse } from './warehouse.ts'

export const lookmlCommand: Command = {
  usage: 'lookml [--out DIR] [--connection NAME]',
  summary: 'Writes a project for Looker: views, explores and tests of the tables.',
  help: `Writes a view and an explore for each table, the model and tests, and prints the
path of the folder, which is the root of a project for Looker:

  npx usher lookml                         in .usher/lookml, to look at
  npx usher lookml --out ../looker         in your checkout of Looker's project

  --connection  the name of the connection in Looker; usher unless said

What is in generated/ is replaced; all else is a person's, and is written once,
where it is missing. docs/looker.md leads from there to the first Look.`,
  options: { out: { type: 'string' }, connection: { type: 'string', default: 'usher' } },
  async run(words, { out, connection }) {
    if (words.length > 0) {
      throw new Failure('BadInput', `'${words.join(' ')}' is no option: is it --out ${words[0]}?`)
    }
    const name = connectionOf(String(connection))
    const { graph, files } = await loadWarehouse()
    const tables = tablesOf(graph)
    const groups = new Map([...files].map(([id, file]) => [id, dirname(file)]))
    const comments = new Map(
      tables.flatMap((table) => {
        const file = files.get(table.id)
        const comment = file && commentOf(readFileSync(join(folder, file), 'utf8'), table.name)
        return comment ? [[table.id, comment] as const] : []
      }),
    )
    const project = projectOf({ tables, loads, connection: name, groups, comments })
    const root = resolve(out === undefined ? join(home, 'lookml') : String(out))
    const removed = write(root, project)
    for (const file of removed) console.error(`removed ${file}, whose table is gone`)
    console.error(`${tables.length} tables in ${project.generated.size} files`)
    console.log(root)
    return 0
  },
}

const folder = fileURLToPath(new URL('../warehouse', import.meta.url))

function connectionOf(name: string): string {
  if (/^[\w-]+$/.test(name)) return name
  const form = 'give it as Looker has it, of letters, digits, _ and -'
  throw new Failure('BadInput', `--connection '${name}' is no name of a connection: ${form}`)
}

/** Writes a project into a folder. Gives the files that it removed: ours, of tables that are gone. */
function write(root: string, { generated, person }: Project): string[] {
  const there = filesIn(root, 'generated')
  const foreign = there.filter((file) => generated.has(file) && !isOurs(read(root, file)))
  if (foreign.length > 0) {
    const problem = `${foreign.join(', ')} in ${root}, where npx usher lookml did not write`
    throw new Failure('BadInput', `it would replace ${problem}: move it, or give another --out`)
  }
  for (const [file, text] of generated) save(root, file, text)
  for (const [file, text] of person) if (isMissing(root, file)) save(root, file, text)
  const gone = there.filter((file) => !generated.has(file) && isOurs(read(root, file)))
  for (const file of gone) rmSync(join(root, file))
  return gone
}

/** An example is missing only where its folder is: who deleted it has seen it. */
const isMissing = (root: string, file: string): boolean =>
  !existsSync(join(root, dirname(file) === '.' ? file : dirname(file)))

const read = (root: string, file: string): string => readFileSync(join(root, file), 'utf8')

function save(root: string, file: string, text: string): void {
  mkdirSync(join(root, dirname(file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

/** The files in a folder and below, by their paths from the root. */
const filesIn = (root: string, folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .map((file) => `${folder}/${file}`)
        .filter((file) => statSync(join(root, file)).isFile())
        .sort()
    : []
