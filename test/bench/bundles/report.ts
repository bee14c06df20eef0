import type { Load, Module } from './measure.ts'

export interface Bundle {
  readonly module: Module
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
  const shared = new Map(common.map((name) => [name, least(name)]))
  return [
    'KB of the largest packages',
    listed('each', shared),
    ...bundles.map(({ module, packages }) => {
      const own = [...packages].filter(([name]) => !shared.has(name))
      return listed(module.name, new Map(own))
    }),
  ]
}

/** As many packages as a line holds, the largest first. */
function listed(name: string, packages: ReadonlyMap<string, number>): string {
  let line = name.padEnd(NAME)
  for (const [one, bytes] of [...packages].sort(([, a], [, b]) => b - a)) {
    const more = `${line.length > NAME ? ', ' : '  '}${one} ${kilobytes(bytes)}`
    if (line.length + more.length > WIDTH) break
    line += more
  }
  return line.trimEnd()
}

const kilobytes = (bytes: number): string => Math.round(bytes / 1000).toLocaleString('en-US')
