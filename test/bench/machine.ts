import { cpus } from 'node:os'

/** The day, the machine, and what else took part. */
export function machine(...others: readonly string[]): string {
  const day = new Date().toISOString().slice(0, 10)
  const [{ model } = { model: 'unknown CPU' }, ...more] = cpus()
  const cores = `${more.length + 1} core${more.length > 0 ? 's' : ''}`
  return [day, model.trim(), cores, `Node ${process.versions.node}`, ...others].join(', ')
}
