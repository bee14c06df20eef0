import { generateKeyPairSync } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { date, googleAnalytics, mirror, varchar } from '#lib'
import { Fault, invalid } from '../../local/analytics/fault.ts'
import type { Question } from '../../local/analytics/question.ts'
import { type Analytics, type Reporter, startAnalytics } from '../../local/analytics/server.ts'
import { type Secrets, startSecrets } from '../../local/services/secrets.ts'
import { testSource } from './contract.ts'
import { googleAnalyticsSubject, reportOf } from './subjects/google-analytics.ts'

testSource(googleAnalyticsSubject)

const PATHS = { dimensions: ['pagePath'], metrics: ['screenPageViews'] } as const
const HOURLY =
  'Exhausted property tokens per hour. These quota tokens will return in under an hour.'

describe('the google analytics source', () => {
  let server: Analytics
  let secrets: Secrets
  let report: Reporter
  let asked: Question[]

  beforeAll(async () => {
    server = await startAnalytics((question) => {
      asked.push(question)
      return report(question)
    })
    const good = { ...server.key, endpoint: server.url }
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const another = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    secrets = await startSecrets({
      good,
      'another key': { ...good, private_key: another },
      'half a key': { endpoint: server.url, client_email: 'somebody' },
      'a damaged key': { ...good, private_key: good.private_key.replaceAll('\n', '\\n') },
      'an unknown host': { ...good, endpoint: 'https://analytics.invalid' },
      'no address': { ...good, endpoint: 'http://:80:' },
      'a dead port': { ...good, endpoint: 'http://127.0.0.1:2' },
    })
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    })
  })
  afterAll(async () => {
    secrets?.stop()
    await server?.stop()
  })
  beforeEach(() => {
    asked = []
    report = (question) => reportOf(question, 3)
  })

  /** Reads a report of 2026-11-23 as an extract would. */
  async function read<const D extends string, const M extends string>(
    options: { dimensions: readonly D[]; metrics: readonly M[] },
    { secret = 'good', signal = new AbortController().signal, ...more } = {} as {
      secret?: string
      signal?: AbortSignal
      timeZone?: string
      quotaSeconds?: number
    },
  ) {
    const site = googleAnalytics('site', { secret, property: '123', quotaSeconds: 0.05, ...more })
    const notes: string[] = []
    const rows = []
    for await (const batch of site.report(options).read({
      ...{ table: 'pages', columns: [], date: '2026-11-23', signal },
      note: (what) => notes.push(what),
      warn: () => {},
    })) {
      rows.push(...batch)
    }
    return { rows, notes }
  }

  /** Reads what is to fail, and sees that nothing of the failure tells a secret. */
  async function failureOf(...args: Parameters<typeof read>): Promise<Error> {
    const error: Error = await read(...args).then(
      () => new Error('it did not fail'),
      (thrown) => thrown,
    )
    const told = inspect(error, { depth: 20, showHidden: true })
    expect(told).not.toContain(server.key.private_key.split('\n')[3])
    expect(told).not.toMatch(/PRIVATE KEY|Bearer|eyJ/)
    return error
  }

  it('asks for one day, in one order, page by page until it has every row', async () => {
    report = (question) => reportOf(question, 12_000)
    const { rows } = await read({ dimensions: ['customEvent:id', 'date'], metrics: ['eventCount'] })
    expect(new Set(rows.map((row) => row['customEvent:id'])).size).toBe(12_000)
    expect(asked.map(({ offset }) => offset)).toEqual([0, 5000, 10_000])
    for (const question of asked) {
      expect(question).toMatchObject({
        property: '123',
        startDate: '2026-11-23',
        endDate: '2026-11-23',
        order: ['customEvent:id', 'date'],
      })
    }
  })

  it('reads a day of which there is nothing', async () => {
    report = (question) => ({ ...reportOf(question, 0), rowCount: undefined, rows: undefined })
    expect((await read(PATHS)).rows).toEqual([])
  })

  it('keeps the digits of whole numbers, and gives days as dates', async () => {
    report = () => ({
      dimensionHeaders: [{ name: 'date' }, { name: 'firstSessionDate' }, { name: 'pagePath' }],
      metricHeaders: [
        { name: 'eventCount', type: 1 },
        { name: 'purchaseRevenue', type: 'TYPE_CURRENCY' },
      ],
      rows: [
        {
          dimensionValues: [{ value: '20261123' }, { value: '20260101' }, { value: '/20261123' }],
          metricValues: [{ value: '9007199254740993' }, { value: '15990.240000000002' }],
        },
      ],
      rowCount: 1,
      metadata: { timeZone: 'America/New_York', currencyCode: 'USD' },
    })
    const { rows } = await read({
      dimensions: ['date', 'firstSessionDate', 'pagePath'],
      metrics: ['eventCount', 'purchaseRevenue'],
    })
    expect(rows).toEqual([
      expect.objectContaining({
        date: '2026-11-23',
        firstSessionDate: '2026-01-01',
        pagePath: '/20261123',
        eventCount: '9007199254740993',
        purchaseRevenue: 15990.240000000002,
        time_zone: 'America/New_York',
        currency: 'USD',
      }),
    ])
  })

  it('refuses rows of another day', async () => {
    report = (question) => {
      const { rows, ...rest } = reportOf(question, 1)
      const dimensionValues = [{ value: '20261122' }]
      return { ...rest, rows: rows.map((row) => ({ ...row, dimensionValues })) }
    }
    expect(await failureOf({ dimensions: ['date'], metrics: ['sessions'] })).toMatchObject({
      name: 'SourceRefused',
      message: 'pages: Google was asked for 2026-11-23 and gave 20261122',
    })
  })

  it.each([
    [
      'counts other rows on a later page',
      (question: Question) => reportOf(question, question.offset ? 5002 : 5001),
      'pages: the report had 5001 rows and has 5002 now: Google is still counting that day',
    ],
    [
      'ends before its last row',
      (question: Question) => ({
        ...reportOf(question, 5001),
        ...(question.offset && { rows: [] }),
      }),
      'pages: 5000 rows arrived of 5001 that the report has',
    ],
    [
      'has more rows than it says',
      (question: Question) => ({ ...reportOf(question, 5), rowCount: 4 }),
      'pages: 5 rows arrived of 4 that the report has',
    ],
  ])('takes no report for whole that %s', async (_, drifting, message) => {
    report = drifting
    expect(await failureOf(PATHS)).toMatchObject({ name: 'Transient', message })
  })

  it('notes what makes numbers less than the whole truth, and tells it in each row', async () => {
    report = (question) => {
      const { rows, ...rest } = reportOf(question, 2)
      const other = { ...rows[1], dimensionValues: [{ value: '(other)' }] }
      return {
        ...rest,
        rows: [rows[0], other],
        metadata: {
          timeZone: 'Europe/Berlin',
          samplingMetadatas: [
            { samplesReadCount: '500000', samplingSpaceSize: '9007199254740993' },
          ],
          subjectToThresholding: true,
          dataLossFromOtherRow: true,
          dataTruncationReasons: [{ dataTruncationMessage: 'Older than 14 months' }],
          schemaRestrictionResponse: {
            activeMetricRestrictions: [
              { metricName: 'purchaseRevenue', restrictedMetricTypes: ['REVENUE_DATA'] },
            ],
          },
        },
      }
    }
    const { rows, notes } = await read(PATHS)
    expect(notes).toEqual([
      'days are those of Europe/Berlin',
      'sampled: 500000 of 9007199254740993 events were read',
      'thresholded: rows of few people may be missing',
      'some rows are summed up as (other)',
      'truncated: Older than 14 months',
      'purchaseRevenue: the service account may not see it, and reads 0',
      'rows of (other)',
    ])
    expect(rows[1]).toMatchObject({
      is_sampled: true,
      samples_read: '500000',
      sampling_space: '9007199254740993',
      is_thresholded: true,
      has_other_row: true,
      is_truncated: true,
      is_other_row: true,
    })
    expect(rows[0]).toMatchObject({ is_sampled: true, is_other_row: false })
  })

  it('says no such thing of numbers that are the whole truth', async () => {
    const { rows, notes } = await read(PATHS)
    expect(notes).toEqual(['days are those of Etc/UTC'])
    expect(rows[0]).toMatchObject({
      is_sampled: false,
      samples_read: null,
      is_thresholded: false,
      has_other_row: false,
      is_other_row: false,
      is_truncated: false,
    })
  })

  it('refuses a property that counts its days in another time zone', async () => {
    expect((await read(PATHS, { timeZone: 'Etc/UTC' })).rows.length).toBe(3)
    expect(await failureOf(PATHS, { timeZone: 'America/New_York' })).toMatchObject({
      name: 'SourceRefused',
      message: `site: property 123 counts its days in Etc/UTC, not in America/New_York, so a day would be another day: write timeZone: 'Etc/UTC' in its declaration`,
    })
  })

  it('waits for a quota that comes back', async () => {
    report = (question) => {
      if (asked.length === 1) throw new Fault('RESOURCE_EXHAUSTED', HOURLY)
      return reportOf(question, 3)
    }
    const { rows, notes } = await read(PATHS)
    expect(rows.length).toBe(3)
    expect(notes).toContain('waited for quota')
  })

  it('waits no longer than it may for one that does not', async () => {
    report = () => {
      throw new Fault('RESOURCE_EXHAUSTED', HOURLY)
    }
    expect(await failureOf(PATHS)).toMatchObject({
      name: 'Transient',
      message: `site: a quota of property 123 is used up and did not come back in 0.05 seconds: ${HOURLY}`,
    })
    expect(asked.length).toBe(2)
  })

  it('notes a quota that is used up before it is missed', async () => {
    report = (question) => ({
      ...reportOf(question, 3),
      propertyQuota: {
        tokensPerDay: { consumed: 1200, remaining: 23_800 },
        tokensPerHour: { consumed: 5000, remaining: 0 },
        concurrentRequests: {},
      },
    })
    const { notes } = await read(PATHS)
    expect(asked[0]?.returnPropertyQuota).toBe(true)
    expect(notes).toEqual(['quota used up: tokensPerHour', 'days are those of Etc/UTC'])
  })

  it('does not wait for the quota of a day', async () => {
    report = () => {
      throw new Fault('RESOURCE_EXHAUSTED', 'Exhausted property tokens per day.')
    }
    expect(await failureOf(PATHS, { quotaSeconds: 600 })).toMatchObject({
      name: 'SourceRefused',
      message:
        'site: a quota of property 123 is used up for today: Exhausted property tokens per day. Run pages again tomorrow',
    })
    expect(asked.length).toBe(1)
  })

  it('stops at once when it is aborted, be it waiting for a quota or for an answer', async () => {
    for (const hold of [
      () => Promise.reject(new Fault('RESOURCE_EXHAUSTED', HOURLY)),
      () => new Promise<object>(() => {}),
    ]) {
      const controller = new AbortController()
      report = () => {
        setTimeout(() => controller.abort(new Error('enough')), 50)
        return hold()
      }
      const start = performance.now()
      const failure = failureOf(PATHS, { signal: controller.signal, quotaSeconds: 600 })
      expect(await failure).toMatchObject({ message: 'enough' })
      expect(performance.now() - start).toBeLessThan(2000)
    }
    for (let tries = 0; tries < 40 && server.connections() > 0; tries++) await sleep(50)
    expect(server.connections()).toBe(0)
  })

  it('asks again where Google is busy or the connection breaks, and goes on where it was', async () => {
    report = (question) => {
      if (asked.length === 2) throw new Fault('UNAVAILABLE', 'The service is unavailable.')
      if (asked.length === 3) server.cut()
      return reportOf(question, 7000)
    }
    const { rows } = await read({ dimensions: ['customEvent:id'], metrics: ['eventCount'] })
    expect(new Set(rows.map((row) => row['customEvent:id'])).size).toBe(7000)
    expect(asked.map(({ offset }) => offset)).toEqual([0, 5000, 5000, 5000])
  })

  it('never takes half an answer for an answer', async () => {
    let tries = 0
    const half = createServer((socket) => {
      tries++
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{"rows"'))
    })
    await new Promise<void>((resolve) => half.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(half.address() as AddressInfo).port}`
    const own = await startSecrets({ 'half an answer': { ...server.key, endpoint } })
    process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = own.url
    try {
      const failure = await failureOf(PATHS, { secret: 'half an answer' })
      expect(failure).toMatchObject({
        name: 'Transient',
        message: expect.stringMatching(/^site: Google Analytics does not answer: /),
      })
      expect(tries).toBe(4)
    } finally {
      process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = secrets.url
      own.stop()
      half.close()
    }
  })

  it.each([
    [
      invalid(
        'Did you mean pagePath? Field pagePathh is not a valid dimension. For a list of valid dimensions and metrics, see https://x ',
      ),
      'pages: Google Analytics has no dimension pagePathh: Did you mean pagePath? Correct the report; https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema lists them all',
    ],
    [
      invalid(
        "Please remove itemListClickEvents to make the request compatible for example. The request's dimensions & metrics are incompatible.",
      ),
      'pages: these dimensions and metrics do not go together: remove itemListClickEvents, or make two tables of them',
    ],
    [invalid('Something else.'), 'pages: Google Analytics refuses the report: Something else.'],
    [
      new Fault(
        'PERMISSION_DENIED',
        'User does not have sufficient permissions for this property.',
      ),
      'site: usher@usher-sample.iam.gserviceaccount.com may not read property 123 (User does not have sufficient permissions for this property.): add it as a Viewer under Admin, Property access management',
    ],
    [
      new Fault(
        'PERMISSION_DENIED',
        'Google Analytics Data API has not been used in project 17 before or it is disabled.',
      ),
      'site: the Google Analytics Data API is not enabled in the project of usher@usher-sample.iam.gserviceaccount.com: Google Analytics Data API has not been used in project 17 before or it is disabled.',
    ],
  ])('says what to do where Google refuses: %#', async (fault, message) => {
    report = () => {
      throw fault
    }
    expect(await failureOf(PATHS)).toMatchObject({ name: 'SourceRefused', message })
    expect(asked.length).toBe(1)
  })

  it.each([
    [
      'another key',
      /^site: Google does not accept the key of usher@\S+ \(Request had invalid authentication credentials\..*\): put a new one in the secret$/,
    ],
    ['half a key', /^the secret half a key of site has no private_key: put the JSON/],
    [
      'a damaged key',
      /^the secret a damaged key of site has a private_key that is no key in PEM: /,
    ],
    ['an unknown host', /^site: there is no host analytics\.invalid$/],
    ['no address', /^the secret no address of site has the endpoint 'http:\/\/:80:', which is no/],
    ['nothing', /^there is no secret nothing/],
  ])('says what is wrong with a secret that holds %s', async (secret, message) => {
    expect(await failureOf(PATHS, { secret })).toMatchObject({
      name: 'SourceRefused',
      message: expect.stringMatching(message),
    })
  })

  it('takes a server that is not there for one that may come back', async () => {
    expect(await failureOf(PATHS, { secret: 'a dead port' })).toMatchObject({
      name: 'Transient',
      message: expect.stringMatching(
        /^site: Google Analytics does not answer: connect ECONNREFUSED 127/,
      ),
    })
  })

  it('reads three days again each night, for a table that is published by day', () => {
    const site = googleAnalytics('site', { secret: 'good', property: '123' })
    expect(site.report(PATHS).days).toEqual({ count: 3 })
    expect(site.report({ ...PATHS, days: 7 }).days).toEqual({ count: 7 })
    const columns = { date: date(), page: varchar(100).from('pagePath') }
    expect(() => mirror(site.report(PATHS), { name: 'pages', columns })).toThrow(
      /say which column is the day/,
    )
  })

  it.each([
    [{ dimensions: [], metrics: [] }, 'asks for no metric'],
    [{ dimensions: [...'abcdefghij'], metrics: ['sessions'] }, 'asks for 10 dimensions'],
    [{ dimensions: [], metrics: [...'abcdefghijk'] }, 'asks for 11 metrics'],
    [{ dimensions: ['country', 'country'], metrics: ['sessions'] }, 'names country twice'],
    [{ dimensions: [], metrics: ['sessions'], days: 0 }, 'days: 0 is no number of days'],
  ])('refuses at once a report that %j', (options, problem) => {
    const site = googleAnalytics('site', { secret: 'good', property: '123' })
    expect(() => site.report(options)).toThrow(problem)
  })

  it('refuses at once what is no number of a property', () => {
    expect(() => googleAnalytics('site', { secret: 'good', property: 'G-AB12' })).toThrow(
      "site: 'G-AB12' is no property of Google Analytics 4",
    )
  })
})
