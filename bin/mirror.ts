import { Failure } from '../lib/error.ts'
import { tablesOf } from '../lib/graph/graph.ts'
import { explain } from '../lib/source/mysql/errors.ts'
import { describeTable } from '../lib/source/mysql/schema/describe.ts'
import { mirrorFile } from '../lib/source/mysql/schema/file.ts'
import { type Login, open } from '../lib/source/mysql/session.ts'
import { sourceOf } from '../lib/table/definition.ts'
import { displayOn } from '../local/display.ts'
import { lock } from '../local/lock.ts'
import { provide } from '../local/sources.ts'
import { home } from './home.ts'
import type { Command } from './usher.ts'
import { loadGraph } from './warehouse.ts'

export const mirrorCommand: Command = {
  usage: 'mirror SOURCE TABLE',
  summary: 'Prints the file that mirrors a MySQL table, from its live schema.',
  help: `Reads the columns of a table from MySQL's own description of it, and prints the
file that mirrors it, ready to commit:

  npx usher mirror production events > warehouse/mysql/events.ts

SOURCE is a source in warehouse/sources.ts. The server is yours where
PRODUCTION_URL=mysql://user:password@host/db names it, else the sample's.`,
  async run([name, table, ...others]) {
    if (!name || !table || others.length > 0) {
      throw new Failure('BadInput', 'give a source and a table: npx usher mirror production events')
    }
    const source = await mysqlSource(name)
    const { status } = displayOn(process.stderr)
    lock(home)
    const date = new Date().toISOString().slice(0, 10)
    const provided = await provide(source, { directory: home, date, log: status })
    if ('missing' in provided) throw new Failure('SourceRefused', `${name}: ${provided.missing}`)
    try {
      const login = provided.secret as Login
      const session = await open(source, login, { statementSeconds: 60 }).catch((error) => {
        throw explain(error, { source: name, database: login.dbname })
      })
      try {
        process.stdout.write(mirrorFile(name, table, await describeTable(session, table)))
      } finally {
        session.destroy()
      }
    } finally {
      status('')
      await provided.stop?.()
    }
    return 0
  },
}

async function mysqlSource(name: string) {
  const sources = tablesOf(await loadGraph())
    .flatMap((table) => sourceOf(table) ?? [])
    .filter(({ kind }) => kind === 'mysql')
  const source = sources.find((source) => source.name === name)
  if (source) return source
  const names = [...new Set(sources.map((source) => source.name))].join(', ')
  throw new Failure('BadInput', `there is no MySQL source ${name}; there are: ${names || 'none'}`)
}
