import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import parser from 'lookml-parser'
import { MARK } from '../../lib/lookml/lkml.ts'

let home: string
let out: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'usher-lookml-test-'))
  out = join(home, 'looker')
})
afterAll(() => rmSync(home, { recursive: true }))

/** What the command prints; throws what it complains of. */
function lookml(...args: readonly string[]): string {
  const { NODE_OPTIONS: _jest, ...own } = process.env
  return execFileSync(resolve('node_modules/.bin/node'), ['bin/usher.ts', 'lookml', ...args], {
    env: { ...own, USHER_HOME: home },
    encoding: 'utf8',
    stdio: 'pipe',
  })
}
const read = (file: string) => readFileSync(join(out, file), 'utf8')
function write(file: string, text: string) {
  mkdirSync(dirname(join(out, file)), { recursive: true })
  writeFileSync(join(out, file), text)
}

describe('usher lookml', () => {
  it('writes a project, and prints its path alone', () => {
    expect(lookml('--out', out, '--connection', 'redshift-eu')).toBe(`${out}\n`)
    expect(read('generated/usher.model.lkml')).toContain('connection: "redshift-eu"')
    expect(read('generated/views/events.view.lkml')).toContain('view: events {')
    // Its declaration has no description, but its file a comment.
    expect(read('generated/explores/stubmarket_sales.explore.lkml')).toContain('by the day of its')
    expect(read('generated/explores/orders.explore.lkml')).toContain('group_label: "Mysql"')
    expect(read('generated/README.md')).toContain('What you change here is lost')
    for (const line of read('generated/README.md').split('\n')) {
      expect(line.length).toBeLessThanOrEqual(80)
    }
  })

  it('writes anew what is generated, and leaves alone what is a person’s', () => {
    const mine = 'view: +orders {\n  measure: mine { type: max sql: $' + '{TABLE}.price ;; }\n}\n'
    const kept = {
      'refinements/orders.view.lkml': mine,
      'manifest.lkml': 'project_name: "ours"\n',
      'generated/views/notes.view.lkml': 'view: notes {}\n',
      'models/ours.model.lkml': 'connection: "x"\n',
    }
    for (const [file, text] of Object.entries(kept)) write(file, text)
    rmSync(join(out, 'refinements/example.view.lkml'))
    write('generated/views/gone.view.lkml', `# ${MARK}\n\nview: gone {}\n`)
    write('refinements/gone.view.lkml', `# ${MARK}\n`)
    write('generated/views/orders.view.lkml', `# ${MARK}\n\nview: orders {}\n`)
    lookml('--out', out)
    for (const [file, text] of Object.entries(kept)) expect(read(file)).toBe(text)
    expect(existsSync(join(out, 'refinements/example.view.lkml'))).toBe(false)
    expect(existsSync(join(out, 'refinements/gone.view.lkml'))).toBe(true)
    expect(existsSync(join(out, 'generated/views/gone.view.lkml'))).toBe(false)
    expect(read('generated/views/orders.view.lkml')).toContain('dimension: id')
  })

  it('includes all of it in one model, refined', async () => {
    const { errors, model } = await parser.parseFiles({
      ...{ source: '**/*.lkml', cwd: out },
      transformations: { applyExtensionsRefinements: true },
    })
    expect(errors).toBeUndefined()
    const { view, explore } = model.usher as Record<string, Record<string, Record<string, object>>>
    expect(Object.keys(view?.orders?.measure ?? {})).toEqual(
      'count tickets fees average_price buyers mine'.split(' '),
    )
    expect(Object.keys(explore ?? {})).toContain('event_demand')
  })

  it('replaces no file that it did not write', () => {
    write('generated/views/orders.view.lkml', 'view: orders {}\n')
    const before = statSync(join(out, 'generated/views/users.view.lkml')).mtimeMs
    expect(() => lookml('--out', out)).toThrow(
      /it would replace generated\/views\/orders\.view\.lkml in .*looker, where npx usher lookml did not/,
    )
    expect(read('generated/views/orders.view.lkml')).toBe('view: orders {}\n')
    expect(statSync(join(out, 'generated/views/users.view.lkml')).mtimeMs).toBe(before)
  })

  it.each([
    [['looker'], "'looker' is no option: is it --out looker?"],
    [['--connection', 'a"b'], `--connection 'a"b' is no name of a connection`],
  ])('answers %j with one sentence', (args, sentence) => {
    expect(() => lookml(...args)).toThrow(sentence)
  })

  it('explains itself on a terminal of 80 columns', () => {
    const help = lookml('--help')
    expect(help).toContain('--connection')
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})
