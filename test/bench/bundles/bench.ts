/**
 * How large the bundles are that would be deployed, of what, and how long Node takes to load them:
 * `npm run bench:bundles`, with `-- --rounds N`.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { home } from '../../../bin/home.ts'
import { stages } from '../../../bin/stages.ts'
import { type FunctionResource, readAssembly } from '../../../local/assembly.ts'
import { synthesize } from '../../../local/synthesize.ts'
import { packagesOf } from '../../bundle.ts'
import { machine } from '../machine.ts'
import { baselines, loadsOf, type Module } from './measure.ts'
import { contents, table } from './report.ts'

const { rounds } = parseArgs({ options: { rounds: { type: 'string', default: '11' } } }).values
const stage = stages[0]?.name ?? ''
const { functions } = readAssembly(await synthesize(home), stage)

/** Those that share a bundle are one. */
const bundles = [...Map.groupBy(functions.values(), ({ code }) => code).values()]
  .map(([first, ...others]) => moduleOf(first as FunctionResource, others))
  .map((module) => ({
    module,
    bytes: statSync(module.file).size,
    packages: packagesOf(join(module.file, '..')),
  }))
  .sort((a, b) => b.bytes - a.bytes)

const smallest = join(bundles.at(-1)?.module.file ?? '', '..')
const { modules, clear } = baselines(smallest)
try {
  const loads = await loadsOf([...modules, ...bundles.map(({ module }) => module)], Number(rounds))
  console.log(machine())
  console.log(`medians of ${rounds} rounds\n`)
  console.log([...table(bundles, modules, loads), '', ...contents(bundles)].join('\n'))
} finally {
  clear()
}

function moduleOf(
  { name, code, handler, environment }: FunctionResource,
  others: readonly FunctionResource[],
): Module {
  const more = others.map(({ name }) => name.split(' ').at(-1))
  const file = join(code, `${handler.split('.')[0]}.mjs`)
  return { name: [name, ...more].join(', '), file, environment }
}
