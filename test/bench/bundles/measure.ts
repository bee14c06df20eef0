import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { importsOf } from '../../bundle.ts'
import { median } from '../median.ts'

/** A module to load, and the environment of the function that does. */
export interface Module {
  readonly name: string
  readonly file: string
  readonly environment: Readonly<Record<string, string>>
}

/** Milliseconds that it takes to load a module. */
export interface Load {
  readonly cpu: number
  readonly wall: number
}

/** Modules to compare with: one that is empty, and one that imports of Node what a bundle does. */
export function baselines(bundle: string): { modules: Module[]; clear(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'usher-bundles-'))
  const own = [...importsOf(bundle)].filter(isBuiltin)
  const write = (name: string, file: string, code: string): Module => {
    writeFileSync(join(folder, file), code)
    return { name, file: join(folder, file), environment: {} }
  }
  return {
    modules: [
      write('an empty module', 'empty.mjs', ''),
      write(
        'what each imports of Node',
        'node.mjs',
        own.map((one) => `import '${one}'\n`).join(''),
      ),
    ],
    clear: () => rmSync(folder, { recursive: true }),
  }
}

/**
 * Loads modules in turn, each in a fresh process, round after round. Gives the medians: of the first,
 * what it takes; of the others, what they take more than the first of the same round.
 */
export async function loadsOf(
  modules: readonly Module[],
  rounds: number,
): Promise<ReadonlyMap<Module, Load>> {
  const found = new Map<Module, Load[]>(modules.map((module) => [module, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [module, loads] of found) loads.push(await load(module))
  }
  const [first = [], ...others] = found.values()
  const middle = (loads: readonly Load[], of: keyof Load, less: readonly Load[] = []): number =>
    median(loads.map((load, round) => load[of] - (less[round]?.[of] ?? 0)))
  const medians = [
    { cpu: middle(first, 'cpu'), wall: middle(first, 'wall') },
    ...others.map((loads) => ({
      cpu: middle(loads, 'cpu', first),
      wall: middle(loads, 'wall', first),
    })),
  ]
  return new Map(modules.map((module, at) => [module, medians[at] as Load]))
}

const program = fileURLToPath(new URL('./load.mjs', import.meta.url))

async function load({ file, environment }: Module): Promise<Load> {
  // As on Lambda, nothing of the machine's own environment.
  const env = { PATH: process.env.PATH, AWS_REGION: 'us-east-1', ...environment }
  const { stdout } = await promisify(execFile)(process.execPath, [program, file], { env })
  return JSON.parse(stdout)
}
