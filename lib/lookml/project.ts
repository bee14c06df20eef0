import type { Definition } from '../table/definition.ts'
import { exploreLines, type Views } from './explore.ts'
import { block, file, quoted, sqlLine } from './lkml.ts'
import { viewNames } from './names.ts'
import { readme, refinement } from './person.ts'
import { relationsOf } from './relations.ts'
import { type View, viewLines, viewOf } from './view.ts'

/** What LookML is made of. */
export interface Subject {
  readonly tables: readonly Definition[]
  /** The audit table, which says when there is something new. */
  readonly loads: Definition
  /** The name of the connection in Looker. */
  readonly connection: string
  /** What people call the subject of a table: the folder it is declared in. */
  readonly groups: ReadonlyMap<string, string>
  /** What is said of a table, where its declaration says nothing. */
  readonly comments: ReadonlyMap<string, string>
}

/** The files of a project of Looker, by their paths. */
export interface Project {
  /** Written anew each time; all else in `generated/` that has our mark is gone. */
  readonly generated: ReadonlyMap<string, string>
  /** A person's from the first time on. */
  readonly person: ReadonlyMap<string, string>
}

/** The Looker project of a warehouse. Throws a BadDeclaration where its tables do not fit together. */
export function projectOf(subject: Subject): Project {
  const { comments, groups } = subject
  const tables = [...subject.tables, subject.loads]
  const names = viewNames(tables)
  const views: Views = new Map(
    tables.map((table) => [table.id, viewOf(names.get(table.id) as string, table)]),
  )
  const joined = new Set(
    tables.flatMap((table) => relationsOf(table).map(({ target }) => target.id)),
  )
  const generated = new Map<string, string>()
  for (const view of views.values()) {
    const { id, description = comments.get(id) } = view.table
    const isHidden = joined.has(id) && relationsOf(view.table).length === 0
    const facts = { description, group: groups.get(id), isHidden }
    generated.set(`generated/views/${view.name}.view.lkml`, file(viewLines(view, description)))
    const explore = file(exploreLines(view, views, facts))
    generated.set(`generated/explores/${view.name}.explore.lkml`, explore)
  }
  const tests = [...views.values()].map(keyTest)
  generated.set('generated/keys.lkml', file(...tests))
  generated.set('generated/usher.model.lkml', modelFile(subject))
  generated.set('generated/README.md', readme)
  return {
    generated,
    person: new Map([
      ['manifest.lkml', 'project_name: "usher"\n'],
      ['refinements/example.view.lkml', refinement],
    ]),
  }
}

/** Redshift enforces no key, and a key that is none has Looker add up wrongly: a test of Looker's asks. */
function keyTest({ name, key, count }: View): string[] {
  if (key === undefined) return []
  const source = block(
    `explore_source: ${name}`,
    block(`column: ${key}`, `field: ${name}.${key}`),
    block(`column: ${count}`, `field: ${name}.${count}`),
    `sorts: [${name}.${count}: desc]`,
    'limit: 1',
  )
  const assertion = block(
    'assert: one_row_of_each',
    sqlLine('expression', `\${${name}.${count}} = 1`),
  )
  return block(`test: ${name}_key_is_unique`, source, assertion)
}

/** The newest load of all: each clears what Looker keeps, and no dashboard is older than the warehouse. */
function modelFile({ connection, loads }: Subject): string {
  const trigger = `select max("loaded_at") from "${loads.schema}"."${loads.name}"`
  const words = 'A table was loaded: the newest row of usher.loads.'
  return file(
    [`connection: ${quoted(connection)}`, 'label: "Usher"', 'week_start_day: monday'],
    [
      'include: "/generated/views/*.view.lkml"',
      'include: "/generated/explores/*.explore.lkml"',
      'include: "/generated/keys.lkml"',
      'include: "/refinements/*.lkml"',
    ],
    block(
      'datagroup: usher_loads',
      `description: ${quoted(words)}`,
      sqlLine('sql_trigger', trigger),
      'max_cache_age: "24 hours"',
    ),
    'persist_with: usher_loads',
  )
}
