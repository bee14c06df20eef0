import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from '@jest/globals'
import { provideAnalytics } from '../../../local/analytics/provide.ts'

const source = { name: 'analytics', kind: 'googleAnalytics', secret: 'usher/analytics' }
const place = {
  variable: 'ANALYTICS_URL',
  directory: '/nonexistent',
  date: '2026-11-23',
  log: () => {},
}

it('says what ANALYTICS_URL must name', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'usher-analytics-test-'))
  const file = join(directory, 'key.json')
  writeFileSync(file, '{"type": "authorized_user"}')
  const missing = async (url: string) => await provideAnalytics(source, { ...place, url })
  try {
    for (const url of ['https://analytics.google.com', '/key.json']) {
      expect(await missing(url)).toEqual({
        missing: expect.stringMatching(/^ANALYTICS_URL is not of the form file:\/\/\/path/),
      })
    }
    for (const path of [file, join(directory, 'nothing.json')]) {
      expect(await missing(pathToFileURL(path).href)).toEqual({
        missing: `ANALYTICS_URL: ${path} is not the key of a service account, as Google gives it`,
      })
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
})

it('has no sample for a source that is not of the sample', async () => {
  expect(await provideAnalytics({ ...source, name: 'shop' }, place)).toEqual({
    missing: expect.stringMatching(/^set ANALYTICS_URL=file:/),
  })
})
