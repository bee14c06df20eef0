import { nameFor, quoted } from '../../spelling.ts'
import type { MysqlColumn } from './describe.ts'
import { lineOf } from './line.ts'
import { mapped } from './mapped.ts'

/** The file that mirrors a table: ready to be written to `warehouse/mysql/<table>.ts`. */
export function mirrorFile(source: string, table: string, columns: readonly MysqlColumn[]): string {
  const lines = columns.map((column) => {
    const { remark } = mapped(column)
    return `    ${lineOf(column)}${remark ? ` // ${remark}` : ''}`
  })
  const makers = new Set(columns.map((column) => mapped(column).column.replace(/\(.*/, '')))
  const imports = [...makers, 'mirror'].sort()
  const taken = new Set([...imports, source])
  const plain = nameFor(table)
  const name = taken.has(plain) || isReserved(plain) ? `${plain}_` : plain
  const [key, ...others] = columns.filter(({ key }) => key)
  const spread = key && others.length === 0 && !mapped(key).column.startsWith('varbyte')
  return [
    `import { ${imports.join(', ')} } from '#lib'`,
    `import { ${source} } from '../sources.ts'`,
    '',
    `export const ${name} = mirror(${source}.table(${quoted(table)}), {`,
    ...(name === table.toLowerCase() ? [] : [`  name: ${quoted(name)},`]),
    '  columns: {',
    ...lines,
    '  },',
    ...(spread ? [`  dist: ${quoted(nameFor(key.name))},`] : []),
    '})',
    '',
  ].join('\n')
}

/** Whether JavaScript keeps a word for itself, so that nothing can be called so. */
function isReserved(word: string): boolean {
  try {
    new Function(`'use strict'; let ${word}`)
    return false
  } catch {
    return true
  }
}
