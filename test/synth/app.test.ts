import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'

const root = fileURLToPath(new URL('../..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'usher-synth-test-'))

/** A checkout like this one, elsewhere. */
function checkout(): string {
  const copy = join(scratch, 'checkout')
  for (const part of [
    'bin',
    'lib',
    'lambdas',
    'local',
    'warehouse',
    'package.json',
    'package-lock.json',
  ]) {
    cpSync(join(root, part), join(copy, part), { recursive: true })
  }
  for (const part of ['cdk.json', 'tsconfig.json', 'tsconfig.app.json'])
    cpSync(join(root, part), join(copy, part))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

type Resources = Readonly<Record<string, { readonly Type: string }>>

/** Synthesizes every stage as `npm run synth` does. Gives the resources of all templates. */
async function synth(directory: string): Promise<Resources> {
  const cdk = join(directory, 'node_modules/.bin/cdk')
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    // No credentials are to be had, nor asked for.
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  await promisify(execFile)(cdk, ['synth', '--quiet', '--no-lookups', '--no-notices'], {
    cwd: directory,
    env,
  })
  const output = join(directory, 'cdk.out')
  const templates = readdirSync(output).filter((file) => file.endsWith('.template.json'))
  expect(templates.length).toBeGreaterThanOrEqual(4)
  return Object.assign(
    {},
    ...templates.map((file) => {
      const { Resources } = JSON.parse(readFileSync(join(output, file), 'utf8'))
      return Object.fromEntries(
        Object.entries(Resources).map(([id, resource]) => [`${file} ${id}`, resource]),
      )
    }),
  )
}

/** The resources that differ, as people know them: by their stage and name. */
const changed = (one: Resources, other: Resources): string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((id) => JSON.stringify(one[id]) !== JSON.stringify(other[id]))
    .map((id) => id.replace('.template.json', '').replace(/[0-9A-F]{8}$/, ''))
    .sort()

describe('the app', () => {
  let first: Resources
  let second: Resources
  let copy: string

  beforeAll(async () => {
    copy = checkout()
    first = await synth(copy)
    rmSync(join(copy, 'cdk.out'), { recursive: true })
    second = await synth(copy)
  }, 180_000)
  afterAll(() => rmSync(scratch, { recursive: true, force: true }))

  it('synthesizes every stage, offline and without credentials, to the same each time', () => {
    expect(changed(first, second)).toEqual([])
  })

  it('changes only what depends on a table whose columns change', async () => {
    const file = join(copy, 'warehouse/mysql/venues.ts')
    const text = readFileSync(file, 'utf8')
    const wider = text.replace(/varchar\((\d+)\)/, 'varchar(1$1)')
    expect(wider).not.toBe(text)
    writeFileSync(file, wider)
    const dev = changed(second, await synth(copy)).filter((id) => id.startsWith('usher-dev'))
    const knowAll = [
      ...['Await', 'Gather', 'Load', 'Note', 'Prepare', 'Report', 'Run', 'Seal'],
      ...['Transform', 'Unload', 'Watch'],
    ]
    const ofItsSource = ['Chunkfromproduction', 'Extractfromproduction', 'Planforproduction']
    expect(dev).toEqual(
      [...knowAll, ...ofItsSource].map((name) => `usher-dev-night Tasks${name}`).sort(),
    )
  }, 120_000)
})
