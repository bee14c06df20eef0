import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { holdSources, identityOf } from '../../local/identity.ts'
import { readUrl } from '../../local/url.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'usher-sources-test-'))
})
afterAll(() => rmSync(home, { recursive: true }))

describe('what a source is', () => {
  it('is kept from night to night, without its password', () => {
    const own = identityOf('mysql://user:s3cret@host:3306/shop')
    holdSources(home, { production: own })
    holdSources(home, { production: identityOf('mysql://other:word@host:3306/shop'), logs: 'x' })
    expect(readFileSync(join(home, 'sources.json'), 'utf8')).not.toMatch(/s3cret|user/)
  })
  it('may not become another', () => {
    expect(() => holdSources(home, { production: identityOf(undefined) })).toThrow(
      'production is the sample now, and was mysql://host:3306/shop in the nights before',
    )
  })
})

describe('the URL of a server', () => {
  const form = {
    ...{ variable: 'PRODUCTION_URL', protocols: ['mysql:'], path: /^\/./ },
    example: 'mysql://user:password@host:3306/db',
  }
  it('is read', () => {
    expect(readUrl('mysql://u:p%40ss@[::1]:3306/db', form).hostname).toBe('[::1]')
  })
  it.each([
    'postgres://u:p@h/db',
    'mysql://u:p%zz@h/db',
    'mysql://u:pa#ss@h/db',
    'mysql://u:p@h',
    '?',
  ])('says how it is written where it is %p', (text) => {
    expect(() => readUrl(text, form)).toThrow(
      /^PRODUCTION_URL is not of the form mysql:\/\/user:password@host:3306\/db: .*%40/,
    )
  })
})
