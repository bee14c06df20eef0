import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'

let home: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'usher-graph-test-'))
  mkdirSync(join(home, 'nights'))
  const write = (run: string, left: object) =>
    writeFileSync(join(home, 'nights', `${run}.json`), JSON.stringify(left))
  write('local-1', { run: 'local-1', status: 'SUCCEEDED', tables: [] })
  write('local-2', {
    ...{ run: 'local-2', date: '2026-11-23', input: {}, status: 'FAILED', cause: 'incomplete' },
    tables: [
      { table: 'orders', outcome: 'loaded', extractSeconds: 1.5, loadSeconds: 2 },
      { table: 'all_sales', outcome: 'failed', message: 'no such column' },
    ],
  })
})
afterAll(() => rmSync(home, { recursive: true }))

/** What the command prints; throws what it complains of. */
function graph(...args: readonly string[]): string {
  const { NODE_OPTIONS: _jest, ...own } = process.env
  return execFileSync(resolve('node_modules/.bin/node'), ['bin/usher.ts', 'graph', ...args], {
    env: { ...own, USHER_HOME: home },
    encoding: 'utf8',
    stdio: 'pipe',
  })
}

describe('usher graph', () => {
  it('writes a page after the newest night, and prints its path alone', () => {
    expect(graph()).toBe(`${join(home, 'graph.html')}\n`)
    const page = readFileSync(join(home, 'graph.html'), 'utf8')
    expect(page).toContain('the night of 2026-11-23')
    expect(page).toContain('loaded, 3.5 s')
    expect(page).toContain('no such column')
  })

  it('takes the subject of a table from the folder that it lies in', () => {
    const lines = graph('event_demand', '--mermaid', '--plain').split('\n')
    expect(lines[0]).toBe('flowchart LR')
    expect(lines).toContain('  t_orders["orders<br/>mysql"]')
    expect(lines).toContain('  t_event_demand[["event_demand<br/>actions"]]')
    expect(lines).toContain('  t_all_sales --> t_event_demand')
    expect(lines.join()).not.toContain('sales_by_day')
  })

  it('draws after the night that is named', () => {
    expect(graph('--mermaid', '--night', 'local-1')).not.toContain('loaded')
    expect(graph('--mermaid', '--night', 'local-2')).toContain('orders<br/>loaded, 3.5 s')
  })

  it('explains itself on a terminal of 80 columns', () => {
    const help = graph('--help')
    for (const option of ['--night', '--plain', '--mermaid']) expect(help).toContain(option)
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it.each([
    [['ordres'], 'no such table: ordres; did you mean orders?'],
    [['orders', 'events'], 'give one table, or none for all: not events too'],
    [['--night', '../local-1'], 'there is no night ../local-1'],
    [['--night', 'local-1', '--plain'], '--plain draws no night: leave out it or --night'],
  ])('fails on %j', (args, message) => {
    expect(() => graph(...args)).toThrow(message)
  })

  it('fails on a file that no night left, and names it', () => {
    const file = join(home, 'nights', 'local-3.json')
    writeFileSync(file, '{"run": "local-3", "tab')
    expect(() => graph()).toThrow(`${file} is not what a night leaves; delete it, or`)
    rmSync(file)
  })
})
