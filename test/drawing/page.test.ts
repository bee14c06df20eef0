import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { drawingOf } from '../../lib/drawing/drawing.ts'
import { pageOf } from '../../lib/drawing/page/page.ts'
import { duration, noteOf } from '../../lib/drawing/words.ts'
import { graph, graphWith, night, subjects } from './example.ts'

const page = pageOf(drawingOf(graph, { subjects, night }))

describe('the page', () => {
  it('needs nothing from elsewhere', () => {
    expect(page.match(/(src|href)=|url\(|@import|https?:/g)).toBeNull()
  })

  it('runs its own script and no other', () => {
    const [, script = ''] = /<script>(.*)<\/script>\n<\/body>/s.exec(page) ?? []
    const hash = createHash('sha256').update(script).digest('base64')
    expect(script.length).toBeGreaterThan(1000)
    expect(page).toContain(
      `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`,
    )
  })

  it('has a box for each table and a line for each that is made from another', () => {
    expect(
      [...page.matchAll(/<g class="box ([\w-]+)[^"]*" data-id="([^"]+)"/g)].map(([, ...it]) => it),
    ).toEqual([
      ['loaded', 'orders'],
      ['failed', 'legacy.orders'],
      ['skipped', 'all_orders'],
      ['complete', 'dim_date'],
      ['skipped', 'orders_by_day'],
      ['skipped', 'revenue'],
      ['absent', 'searches'],
    ])
    expect(page.match(/data-from/g)).toHaveLength(5)
  })

  it('says what became of each table, in words', () => {
    for (const words of [
      'loaded, 1 min 14 s',
      'failed after 3.2 s',
      'complete already',
      'not in this night',
    ]) {
      expect(page).toContain(`>${words}</text>`)
    }
    expect(page).toContain('Critical path: 1 min 14 s')
  })

  it('knows the facts of each table', () => {
    const [, json = ''] =
      /<script type="application\/json" id="tables">(.*)<\/script>/.exec(page) ?? []
    expect(JSON.parse(json)[0]).toMatchObject({
      id: 'orders',
      makes: ['all_orders'],
      facts: [
        ['source', 'a task, which makes no table'],
        ['subject', 'mysql'],
        ['outcome', 'loaded'],
        ['rows', '120,000'],
        ['bytes', '7.7 MB'],
        ['extract', '1 min 2 s'],
        ['load', '12.5 s'],
      ],
    })
  })

  it('tells subjects where there is no night', () => {
    const plain = pageOf(drawingOf(graph, { subjects }))
    expect(plain).toContain('mysql <b>2</b>')
    expect(plain).not.toContain('Critical path')
  })

  it('shows text as text, whatever it holds', () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror='alert("1")'>&amp;`
    const nightly = {
      ...{ run: evil, date: evil, problem: evil },
      tables: [{ table: evil, outcome: 'failed' as const, message: evil }],
    }
    const options = { subjects: new Map([[evil, evil]]), asked: evil }
    const drawn = (night?: typeof nightly) =>
      pageOf(drawingOf(graphWith({ [evil]: [], other: [evil] }), { ...options, night }))
    for (const text of [drawn(), drawn(nightly)]) {
      expect(text.match(/<script/g)).toHaveLength(2)
      expect(text.match(/<\/script/g)).toHaveLength(2)
      expect(text).not.toContain('<img')
      expect(text).not.toContain(`'alert("`)
      expect(text).toContain('&#38;amp;')
    }
  })
})

describe('words', () => {
  it.each([
    [0, '0.0 s'],
    [59.94, '59.9 s'],
    [59.96, '1 min 0 s'],
    [3599.6, '1 h 0 min'],
    [7800, '2 h 10 min'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })

  it('leave out a duration that nobody measured', () => {
    expect(noteOf({ table: 'a', outcome: 'skipped' })).toBe('skipped')
    expect(noteOf({ table: 'a', outcome: 'failed' })).toBe('failed')
    expect(noteOf({ table: 'a', outcome: 'running', extractSeconds: 2 })).toBe('running, 2.0 s')
    expect(noteOf(undefined)).toBe('not in this night')
  })
})
