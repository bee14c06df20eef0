/**
 * How large the bundles are that would be deployed, of what, and how long Node takes to load them:
 * `npm run bench:bundles`, with `-- --rounds N`.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { home } from '../../../bin/home.ts'
import { stages } from '../../../bin/stages/index.ts'
import { messageOf } from '../../../lib/error.ts'
import { type FunctionResource, readAssembly } from '../../../local/assembly.ts'
import { synthesize } from '../../../local/synthesize.ts'
import { packagesOf } from '../../bundle.ts'
import { machine } from '../machine.ts'
import { whole } from '../whole.ts'
import { baselines, loadsOf } from './measure.ts'
import { type Bundle, contents, table } from './report.ts'

await bench().catch((error) => {
  console.error(messageOf(error))
  process.exitCode = 1
})

async function bench(): Promise<void> {
  const options = { rounds: { type: 'string', default: '11' } } as const
  const rounds = whole('rounds', parseArgs({ options }).values.rounds)
  const [stage] = stages
  if (!stage) throw new Error('bin/stages has no stage whose bundles to measure')
  const { functions } = readAssembly(await synthesize(home), stage.name)
  // Functions of one bundle are measured once.
  const bundles = [...Map.groupBy(functions.values(), ({ code }) => code)]
    .map(([code, [first, ...others]]) => bundleOf(code, first as FunctionResource, others))
    .sort((a, b) => b.bytes - a.bytes)
  const { modules, clear } = baselines(bundles.at(-1)?.code ?? '')
  try {
    const loads = await loadsOf([...modules, ...bundles.map(({ module }) => module)], rounds)
    console.log(`${machine()}\nmedians of ${rounds} rounds\n`)
    console.log([...table(bundles, modules, loads), '', ...contents(bundles)].join('\n'))
  } finally {
    clear()
  }
}

function bundleOf(
  code: string,
  { name, handler, environment }: FunctionResource,
  others: readonly FunctionResource[],
): Bundle {
  const more = others.map(({ name }) => name.split(' ').at(-1))
  const file = join(code, `${handler.split('.')[0]}.mjs`)
  return {
    module: { name: [name, ...more].join(', '), file, environment },
    code,
    bytes: statSync(file).size,
    packages: packagesOf(code),
  }
}
