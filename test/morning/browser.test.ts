import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { drawingOf } from '../../lib/drawing/drawing.ts'
import { pageOf as graphPageOf } from '../../lib/drawing/page/page.ts'
import { pageOf } from '../../lib/morning/page.ts'
import { findBrowser, startBrowser } from '../browser.ts'
import { graph, night, subjects } from '../drawing/example.ts'
import { spoilt } from './example.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Opens what a person may open. */
const OPEN = "for (const it of document.querySelectorAll('details')) it.open = true"

const installed = findBrowser()
if (!installed) console.warn('No Chromium is installed: tests of pages in a browser are skipped')
const withBrowser = installed ? describe : describe.skip

withBrowser('the pages in a browser', () => {
  const home = mkdtempSync(join(tmpdir(), 'usher-page-test-'))
  let browser: Browser
  beforeAll(async () => {
    writeFileSync(join(home, 'night.html'), pageOf(await spoilt()))
    writeFileSync(join(home, 'graph.html'), graphPageOf(drawingOf(graph, { subjects, night })))
    browser = await startBrowser(installed ?? '')
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(home, { recursive: true, force: true })
  })

  /** Opens a page, looks at it, and gives what the browser complained of and asked others for. */
  async function open<T>(
    { file = 'night.html', width = 1280, colorScheme = 'light' as 'light' | 'dark' },
    look: (page: Page) => Promise<T>,
  ): Promise<{ found: T; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
    const own = pathToFileURL(join(home, file)).href
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(own)) complaints.push(`asks for ${request.url()}`)
    })
    try {
      await page.goto(own)
      return { found: await look(page), complaints }
    } finally {
      await page.close()
    }
  }

  it.each([
    ['night.html', 1280, 'light'],
    ['night.html', 390, 'dark'],
    ['graph.html', 1280, 'light'],
    ['graph.html', 1280, 'dark'],
  ] as const)('can be read by everybody, as axe has it: %s at %d pixels in %s', async (...it) => {
    const [file, width, colorScheme] = it
    const { found } = await open({ file, width, colorScheme }, async (page) => {
      await page.evaluate(OPEN)
      await page.evaluate(axe)
      return (await page.evaluate('axe.run()')) as AxeResults
    })
    expect(found.passes.length).toBeGreaterThan(15)
    const grave = found.violations.filter(({ impact }) => /serious|critical/.test(impact ?? ''))
    expect(grave.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([])
  })

  it.each([390, 800, 1280])(
    'is no wider than a window of %d pixels, and complains of nothing',
    async (width) => {
      const { found, complaints } = await open({ width }, async (page) => {
        await page.evaluate(OPEN)
        return page.evaluate(`[
        document.documentElement.scrollWidth,
        [...document.querySelectorAll('svg')].filter((svg) => svg.closest('.look') && svg.checkVisibility()).length,
      ]`)
      })
      // Of each chart one picture is shown, the wide or the narrow one.
      expect(found).toEqual([width, 4])
      expect(complaints).toEqual([])
    },
  )

  it('leads from a box of the graph to the row of the table, by mouse and by keyboard', async () => {
    const { found, complaints } = await open({}, async (page) => {
      const focused = () => page.evaluate('document.activeElement.id')
      await page.locator('.box[data-id="all_orders"]').click()
      const clicked = await focused()
      await page.locator('.box[data-id="legacy.orders"]').focus()
      await page.keyboard.press('Enter')
      return [clicked, await focused(), await page.locator('tr.picked').count()]
    })
    expect(found).toEqual(['table-all_orders', 'table-legacy.orders', 1])
    expect(complaints).toEqual([])
  })

  it('says to a screen reader what its pictures show', async () => {
    const { found } = await open({}, (page) => page.locator('body').ariaSnapshot())
    for (const words of [
      'heading "The night of 2026-11-23 failed" [level=1]',
      'img "A line chart: Example of line. The numbers are in the table below it."',
      'button "legacy.orders, failed after 3.2 s"',
      'Extract orders: from 0.0 s to 1 min 2 s',
    ]) {
      expect(found).toContain(words)
    }
  })
})
