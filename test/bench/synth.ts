/** How long a warehouse of 300 tables and 12 sources takes to be synthesized, and how large it is. */
import { largeGraph, synthesizeLarge } from '../synth/large.ts'
import { machine } from './machine.ts'

const LIMITS = { resources: 500, template: 1_000_000, definition: 1_048_576 } as const

const graph = largeGraph()
const start = performance.now()
const sizes = synthesizeLarge(graph)
const seconds = (performance.now() - start) / 1000

console.log(machine())
console.log(`${graph.size} tables are synthesized, with their bundles, in ${seconds.toFixed(1)} s`)
console.log()
const share = (part: number, whole: number) =>
  `${part.toLocaleString('en-US').padStart(9)} ${`${Math.ceil((100 * part) / whole)} %`.padStart(6)}`
console.log(`${''.padEnd(34)}${'resources'.padStart(16)}${'bytes'.padStart(17)}`)
for (const { name, resources, bytes } of sizes) {
  const counted = resources === undefined ? ''.padStart(16) : share(resources, LIMITS.resources)
  const most = resources === undefined ? LIMITS.definition : LIMITS.template
  const what = resources === undefined ? `machine ${name}` : `stack ${name}`
  console.log(`${what.padEnd(34)}${counted} ${share(bytes, most)}`)
}
