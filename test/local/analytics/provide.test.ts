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
  const provided = (url: string) => provideAnalytics(source, { ...place, url })
  try {
    for (const url of ['https://analytics.google.com', '/key.json']) {
      await expect(provided(url)).rejects.toThrow(
        /^ANALYTICS_URL is not of the form file:\/\/\/path/,
      )
    }
    for (const path of [file, join(directory, 'nothing.json')]) {
      await expect(provided(pathToFileURL(path).href)).rejects.toThrow(
        `ANALYTICS_URL: ${path} is not the key of a service account, as Google gives it`,
      )
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
