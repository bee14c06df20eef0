import type { Load, Module } from './measure.ts'

export interface Bundle {
  readonly module: Module
  /** The folder that it is in. */
  readonly code: string
  /** Of JavaScript, without the source map. */
  readonly bytes: number
  /** The bytes of each package in it. */
  readonly packages: ReadonlyMap<string, number>
}

const NAME = 35
const WIDTH = 80

/** What each bundle takes more than the first of the baselines, which is given as it is. */
export function table(
  bundles: readonly Bundle[],
  baselines: readonly Module[],
  loads: ReadonlyMap<Module, Load>,
): string[] {
  const line = (name: string, cells: readonly string[]) =>
    name.padEnd(NAME) + cells.map((cell) => cell.padStart(9)).join('')
  const timesOf = (module: Module) => {
    const { cpu = 0, wall = 0 } = loads.get(module) ?? {}
    return [cpu, wall].map((one) => one.toFixed(1))
  }
  return [
    line('bundle', ['KB', 'CPU ms', 'wall ms']),
    ...bundles.map(({ module, bytes }) =>
      line(module.name, [kilobytes(bytes), ...timesOf(module)]),
    ),
    ...baselines.map((module) => line(module.name, ['', ...timesOf(module)])),
  ]
}

/** The largest packages that all bundles hold, and those that only some do. */
export function contents(bundles: readonly Bundle[]): string[] {
  const [first, ...others] = bundles
  const common = [...(first?.packages.keys() ?? [])].filter((name) =>
    others.every(({ packages }) => packages.has(name)),
  )
  const least = (name: string) =>
    Math.min(...bundles.map(({ packages }) => packages.get(name) ?? 0))
  return [
    'KB of the largest packages',
    listed('in each:', new Map(common.map((name) => [name, least(name)]))),
    ...bundles.flatMap(({ module, packages }) => {
      const own = new Map([...packages].filter(([name]) => !common.includes(name)))
      return own.size > 0 ? listed(module.name.padEnd(NAME), own) : []
    }),
  ]
}

/** As many packages as a line holds, the largest first. */
function listed(name: string, packages: ReadonlyMap<string, number>): string {
  let line = name
  for (const [one, bytes] of [...packages].sort(([, a], [, b]) => b - a)) {
    const more = `${line === name ? ' ' : ', '}${one} ${kilobytes(bytes)}`
    if (line.length + more.length > WIDTH) break
    line += more
  }
  return line
}

const kilobytes = (bytes: number): string => Math.round(bytes / 1000).toLocaleString('en-US')
