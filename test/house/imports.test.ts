import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from '@jest/globals'

const root = resolve(import.meta.dirname, '../..')

/** What each room may import: other rooms, and packages. The rooms further down know of none above. */
const rooms: Readonly<Record<string, { rooms: string[]; packages?: RegExp }>> = {
  'lib/error.ts': { rooms: [] },
  'lib/discard.ts': { rooms: [] },
  'lib/table': { rooms: ['lib/error.ts'], packages: /^node:crypto$/ },
  'lib/graph': { rooms: ['lib/error.ts', 'lib/table'], packages: /^node:crypto$/ },
  'lib/cost': { rooms: ['lib/table'] },
  'lib/forecast': { rooms: ['lib/table', 'lib/graph', 'lib/machine', 'lib/cost'] },
  'lib/machine': { rooms: ['lib/error.ts', 'lib/graph'], packages: /^node:crypto$/ },
  'lib/source/s3/client.ts': { rooms: [], packages: /^@aws-sdk\/client-s3$/ },
  'lib/source': {
    rooms: ['lib/error.ts', 'lib/discard.ts', 'lib/table', 'lib/source/s3/client.ts'],
    packages: /^node:/,
  },
  'lib/look': { rooms: ['lib/error.ts', 'lib/table'] },
  'lib/index.ts': { rooms: ['lib/error.ts', 'lib/look', 'lib/table', 'lib/source'] },
  'lib/manifest': {
    rooms: ['lib/error.ts', 'lib/discard.ts', 'lib/table'],
    packages: /^(node:|@aws-sdk\/client-s3$)/,
  },
  'lib/redshift/setup': {
    rooms: ['lib/error.ts', 'lib/table', 'lib/redshift'],
    packages: /^node:crypto$/,
  },
  'lib/redshift': {
    rooms: ['lib/error.ts', 'lib/table', 'lib/manifest'],
    packages: /^(node:|@aws-sdk\/client-redshift-data$)/,
  },
  'lib/night': {
    rooms: [
      'lib/error.ts',
      'lib/table',
      'lib/graph',
      'lib/cost',
      'lib/manifest',
      'lib/redshift/setup',
      'lib/redshift',
    ],
    packages: /^(node:(async_hooks|crypto|timers\/promises)|@aws-sdk\/client-(sfn|sns))$/,
  },
  'lib/drawing': {
    rooms: ['lib/error.ts', 'lib/graph', 'lib/table'],
    packages: /^(node:(crypto|fs)|@dagrejs\/dagre)$/,
  },
  'lib/lookml': { rooms: ['lib/error.ts', 'lib/table'] },
  'lib/chart': {
    rooms: ['lib/error.ts', 'lib/look', 'lib/drawing'],
    packages: /^(node:module|vega|vega-lite)$/,
  },
  'lib/morning': { rooms: ['lib/drawing'], packages: /^node:(crypto|fs)$/ },
  'lib/constructs': {
    rooms: ['lib/table', 'lib/graph', 'lib/machine', 'lib/night', 'lib/redshift/setup'],
    packages: /^(node:(fs|path|url)|aws-cdk-lib(\/.*)?|constructs)$/,
  },
  'lib/stacks': {
    rooms: ['lib/error.ts', 'lib/table', 'lib/graph', 'lib/constructs', 'lib/redshift/setup'],
    packages: /^(aws-cdk-lib(\/.*)?|constructs)$/,
  },
  warehouse: { rooms: ['lib/index.ts'] },
  lambdas: { rooms: ['lib/error.ts', 'lib/graph', 'lib/night', 'warehouse'] },
  local: {
    rooms: [],
    packages:
      /^(node:|@aws-sdk\/(client-s3|lib-storage)$|@duckdb\/|aws-local-stepfunctions$|csv-parse|fauxqs$|mysql2)/,
  },
  bin: {
    rooms: [
      'lib/error.ts',
      'lib/chart',
      'lib/cost',
      'lib/drawing',
      'lib/forecast',
      'lib/graph',
      'lib/look',
      'lib/lookml',
      'lib/morning',
      'lib/night',
      'lib/redshift',
      'lib/redshift/setup',
      'lib/table',
      'lib/source',
      'lib/stacks',
      'local',
      'warehouse',
    ],
    packages: /^(node:|aws-cdk-lib$|@aws-sdk\/client-sfn$)/,
  },
}

interface Import {
  readonly file: string
  readonly target: string
  readonly isType: boolean
  readonly isDynamic: boolean
}

const files = ['bin', 'lib', 'lambdas', 'local', 'warehouse'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file)),
)

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8')
  const matches = [
    ...text.matchAll(/^(?:import|export) (?<type>type )?[^'"`;]*?from '(?<target>[^']+)'/gms),
    ...text.matchAll(/^import '(?<target>[^']+)'/gm),
    ...text.matchAll(/\bimport\('(?<target>[^']+)'\)/g),
  ]
  return matches.map(({ 0: whole, groups }) => ({
    file,
    target: groups?.target ?? '',
    isType: groups?.type !== undefined,
    isDynamic: whole.startsWith('import('),
  }))
})

const roomOf = (file: string) =>
  Object.keys(rooms).find((room) => file === room || file.startsWith(`${room}/`))

describe('the house', () => {
  it('has only rooms that are known', () => {
    expect(files.filter((file) => !roomOf(file))).toEqual([])
  })

  it('imports one way', () => {
    expect(imports.length).toBeGreaterThan(100)
    const wrong = imports.filter(({ file, target, isType, isDynamic }) => {
      const room = roomOf(file) ?? ''
      const { rooms: allowed = [], packages = /^$/ } = rooms[room] ?? {}
      if (target === '#lib') return !allowed.includes('lib/index.ts')
      if (target === '#warehouse') return !allowed.includes('warehouse')
      if (!target.startsWith('.')) {
        // A client that is loaded at the moment of use weighs on nobody else.
        return !(packages.test(target) || isType || (isDynamic && room !== 'lib/table'))
      }
      const other = roomOf(relative(root, resolve(root, dirname(file), target))) ?? 'nowhere'
      return other !== room && !allowed.includes(other)
    })
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
  })

  it('names the ending of every file it imports', () => {
    const bare = imports.filter(({ target }) => target.startsWith('.') && !target.endsWith('.ts'))
    expect(bare).toEqual([])
  })

  it('has no default exports', () => {
    const found = files.filter((file) =>
      /^export default/m.test(readFileSync(join(root, file), 'utf8')),
    )
    expect(found).toEqual([])
  })

  it('explains every room', () => {
    const folders = Object.keys(rooms).filter((room) => !room.endsWith('.ts') && room !== 'bin')
    const silent = folders.filter((room) => !readdirSync(join(root, room)).includes('README.md'))
    expect(silent).toEqual([])
  })
})
