import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { definition } from '../../../lib/table/definition.ts'
import { startBoxoffice } from '../../../local/partners/boxoffice.ts'
import { provideHttp } from '../../../local/partners/provide.ts'
import { type Partner, salesOf } from '../../../local/partners/sales.ts'
import { startStubmarket } from '../../../local/partners/stubmarket.ts'
import { type Secrets, startSecrets } from '../../../local/services/secrets.ts'
import { boxoffice_sales } from '../../../warehouse/partners/boxoffice_sales.ts'
import { stubmarket_sales } from '../../../warehouse/partners/stubmarket_sales.ts'

const tables = { stubmarket: stubmarket_sales, boxoffice: boxoffice_sales }

describe('the sample partners', () => {
  const stops: (() => unknown)[] = []
  beforeAll(async () => {
    const stubmarket = await startStubmarket()
    const boxoffice = await startBoxoffice()
    const secrets: Secrets = await startSecrets({
      'usher/stubmarket': stubmarket.secret,
      'usher/boxoffice': boxoffice.secret,
    })
    stops.push(stubmarket.stop, boxoffice.stop, secrets.stop)
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    })
  })
  afterAll(async () => {
    for (const stop of stops) await stop()
  })

  it.each<[Partner, string]>([
    ['stubmarket', '2026-11-23'],
    ['boxoffice', '2026-11-23'],
    ['stubmarket', '2012-02-29'],
    ['boxoffice', '2031-01-01'],
  ])('report each sale of a day, and the same ones again: %s, %s', async (partner, date) => {
    const { made, columns } = tables[partner][definition]
    if (made.by !== 'extract') throw new Error('no extract')
    const { signal } = new AbortController()
    const read = async () => {
      const rows: object[] = []
      const reading = { table: partner, columns, date, signal, note: () => {}, warn: () => {} }
      for await (const batch of made.from.read(reading)) {
        for (const record of batch) rows.push(made.row?.(record) ?? {})
      }
      return rows
    }
    const sales = salesOf(partner, date)
    expect(sales.length).toBeGreaterThan(150)
    const rows = await read()
    expect(rows).toMatchObject(
      sales.map(({ event, quantity, cents, currency }) =>
        partner === 'stubmarket'
          ? { report_date: date, event_id: event.id, quantity, amount: amountOf(cents), currency }
          : {
              ...{ business_day: date, event_id: event.id, tickets: quantity },
              ...{ total_cents: cents, currency_code: currency },
            },
      ),
    )
    expect(await read()).toEqual(rows)
  })

  it('refuse who may not ask', async () => {
    const { url, stop } = await startBoxoffice()
    const answer = await fetch(`${url}/reports/sales?day=2026-11-23`)
    expect(answer.status).toBe(401)
    await stop()
  })
})

const amountOf = (cents: number) => (cents / 100).toFixed(2)

describe('a partner that a person names', () => {
  const provide = (name: string, url?: string) =>
    provideHttp(
      { name, kind: 'http' },
      { variable: 'OWN_URL', url, directory: '', date: '2026-11-23', log: () => {} },
    )

  it('is named by a URL, whose query says how to log in', async () => {
    const { url, stop } = await startBoxoffice()
    expect(await provide('boxoffice', `${url}/v2?header=X-Key&key=a%26b`)).toEqual({
      secret: { url: `${url}/v2`, header: 'X-Key', key: 'a&b' },
    })
    await stop()
    expect(await provide('boxoffice', `${url}/v2?token=x`)).toEqual({
      missing: expect.stringContaining('is the server running?'),
    })
  })

  it.each(['host/path', 'https://token@host/path', 'ftp://host/?token=x', 'https://host/path'])(
    'is refused where the URL is %s, and the form is told',
    async (url) => {
      await expect(provide('boxoffice', url)).rejects.toThrow(
        /^OWN_URL is not of the form.*https:\/\/host\/path\?token=…/s,
      )
    },
  )

  it('is missing where the sample has none of that name', async () => {
    expect(await provide('nobody')).toEqual({
      missing: expect.stringContaining('the sample has no nobody'),
    })
  })
})
