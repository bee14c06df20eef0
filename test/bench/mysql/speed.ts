import { machine } from '../machine.ts'
import { check, contentOf } from './check.ts'
import { type Contestant, contestantsOf } from './contestants.ts'
import { look } from './look.ts'
import { type Measured, measure } from './measure.ts'
import { data, type Kept, limitLines, type Runs, ratios, table } from './report.ts'
import { count, progress, type Setting } from './setting.ts'

/**
 * Runs the contestants, or those of some names, round after round, and prints what they took. Throws
 * where one does not read every row, or Usher writes one that is not as it is in MySQL.
 */
export async function compareSpeed(
  setting: Setting,
  rounds: number,
  only: readonly string[] | undefined,
): Promise<Kept[]> {
  const content = await contentOf(setting.connection, 'orders')
  const contestants = chosen(contestantsOf(setting), only)
  const bytes = new Map<Contestant, number>()
  let csv: number | undefined
  for (const contestant of contestants) {
    const { title, command, env, usher } = contestant
    if (usher) {
      progress(`${title}: is every row right?`)
      await measure(command, { ...env, STAGING_URL: setting.s3Url })
      csv = await check(setting.bucket, 'staging', content)
    } else if (contestant.look) {
      progress(`${title}: is every row there?`)
      const seen = await look(contestant.look, env)
      checkRows(contestant, seen.rows, setting.rows)
      bytes.set(contestant, seen.bytes)
    }
  }

  const found = new Map<Contestant, Measured[]>(contestants.map((one) => [one, []]))
  for (let round = 0; round < rounds; round++) {
    const first = round % contestants.length
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      const { title, command, env } = contestant
      const measured = await measure(command, env)
      const { said } = measured
      progress(lineOf(round, title, measured))
      if (said) {
        checkRows(contestant, said.rows, setting.rows)
        bytes.set(contestant, said.bytes)
      }
      if (env?.STAGING_URL) await check(setting.bucket, 'staging', content)
      found.get(contestant)?.push(measured)
    }
  }

  const all = contestants.map((one): Runs => {
    const { name, title } = one
    return { name, title, bytes: bytes.get(one) ?? 0, rounds: found.get(one) ?? [] }
  })
  const kept = ratios(all)
  const limits = limitLines('median of the ratios within a round', kept)
  console.log(machine(setting.version))
  console.log(`${data(setting.rows, csv)}; medians of ${rounds} rounds\n`)
  console.log([...table(all), ...(kept.length > 0 ? ['', ...limits] : [])].join('\n'))
  return kept
}

function chosen(all: readonly Contestant[], only: readonly string[] | undefined): Contestant[] {
  const names = all.map(({ name }) => name)
  const unknown = only?.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there is ${names.join(', ')}`)
  return all.filter(({ name }) => only?.includes(name) ?? true)
}

function checkRows({ title }: Contestant, rows: number, expected: number): void {
  if (rows !== expected) throw new Error(`${title}: ${count(rows)} rows of ${count(expected)}`)
}

function lineOf(round: number, title: string, { cpu, wall }: Measured): string {
  const seconds = [cpu, wall].map((one) => one.toFixed(2).padStart(6))
  return `round ${round + 1}  ${title.padEnd(32)} CPU ${seconds[0]} s, wall ${seconds[1]} s`
}
