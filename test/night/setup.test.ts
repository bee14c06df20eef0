import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { generator, integer, table } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { makeChange } from '../../lib/night/custom-resource.ts'
import { prepareNight } from '../../lib/night/prepare.ts'
import { type SetupProperties, setUpWarehouse } from '../../lib/night/setup.ts'
import type { Warehouse } from '../../lib/redshift/client.ts'
import { prepareTable } from '../../lib/redshift/schema.ts'
import { setupSteps } from '../../lib/redshift/setup/steps.ts'
import { definition } from '../../lib/table/definition.ts'
import { type Secrets, startSecrets } from '../../local/services/secrets.ts'
import { startUsers } from '../redshift/users.ts'
import { memoryBucket } from './memory-bucket.ts'

const made = { columns: { id: integer() }, row: (one: { id: number }) => one }
const from = generator(() => [{ id: 1 }])
const events = table('events', { ...made, from })
const invoices = table('invoices', { ...made, from, schema: 'billing' })
const steps = setupSteps({ database: 'warehouse', schemas: ['public'], readers: 'usher_reader' })
// As they come from CloudFormation.
const Steps = steps.map((step) => ({ ...step, version: String(step.version) }))
const logins = { usher: 'ofUsher', looker: 'ofLooker' }
const held = {
  ofUsher: { username: 'usher', password: 'Password1' },
  ofLooker: { username: 'looker', password: 'Password2' },
  ofAnother: { username: 'etl', password: 'Password3' },
}

let secrets: Secrets
beforeAll(async () => {
  secrets = await startSecrets(held)
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
})
afterAll(() => secrets.stop())
afterEach(() => void jest.restoreAllMocks())

const graph = graphOf([events, invoices])
const prepare = (warehouse: Warehouse, run: string) =>
  prepareNight(
    {
      ...{ graph, bucket: memoryBucket(), warehouse, timeZone: 'UTC', readers: 'usher_reader' },
      isRunning: async () => false,
    },
    {
      ...{ input: { date: '2026-11-23' }, run, execution: run, startedAt: '2026-11-24T03:00:00Z' },
      ...{ redrives: 0 },
    } as never,
  )

describe('a night in a warehouse that is set up', () => {
  let all: Awaited<ReturnType<typeof startUsers>>
  beforeAll(async () => {
    all = await startUsers()
    await setUpWarehouse(all.administrator, { Steps, Secrets: logins })
  })
  afterAll(() => all.stop())

  it('sees to what the set-up has not, without a warning, and grants tables', async () => {
    await prepareTable(all.usher, events[definition])
    const sent = jest.spyOn(all.usher, 'transaction')
    // The schema billing came with a table that was declared since.
    expect((await prepare(all.usher, 'one')).warnings).toEqual([])
    const texts = sent.mock.calls.flatMap(([, statements]) => statements.map(({ text }) => text))
    expect(texts.filter((text) => /^create schema| role /.test(text))).toEqual([
      'create schema if not exists "billing"',
      'grant usage on schema "billing" to role "usher_reader"',
      'alter default privileges in schema "billing" grant select on tables to role "usher_reader"',
      'grant select on "public"."events" to role "usher_reader"',
      'grant select on "usher"."as_of" to role "usher_reader"',
    ])
    await prepareTable(all.usher, invoices[definition])
    const text = 'select count(*) as n from "billing"."invoices"'
    expect(await all.looker.query({ text, parameters: {} })).toEqual([{ n: '0' }])
  })

  it('is not told of a secret of another user', async () => {
    const wrong: SetupProperties = { Steps, Secrets: { ...logins, usher: 'ofAnother' } }
    await expect(setUpWarehouse(all.administrator, wrong)).rejects.toMatchObject({
      name: 'SourceRefused',
      message:
        "the secret ofAnother is of the user 'etl', and the set-up makes 'usher': give it that " +
        'username, and a password',
    })
  })
})

describe('a night in a warehouse that was never set up', () => {
  let all: Awaited<ReturnType<typeof startUsers>>
  beforeAll(async () => {
    all = await startUsers()
    const statements = [
      'create user usher password disable',
      'grant create, temp on database warehouse to usher',
    ]
    await all.administrator.transaction(
      'before',
      statements.map((text) => ({ text, parameters: {} })),
    )
  })
  afterAll(() => all.stop())

  it('makes its schemas, and warns of what an administrator must do for readers', async () => {
    const { warnings } = await prepare(all.usher, 'one')
    expect(warnings).toEqual([expect.stringContaining('`create role "usher_reader"`')])
    await prepareTable(all.usher, invoices[definition])
  })
})

describe('a deploy', () => {
  let url: string
  let answers: unknown[] = []
  const server = createServer(async (request, response) => {
    answers.push({ method: request.method, type: request.headers['content-type'] })
    answers.push(await json(request))
    response.end()
  })
  beforeAll(async () => {
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => void server.close())

  const about = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Setup' }
  async function answerTo(
    RequestType: 'Create' | 'Update' | 'Delete',
    make: (properties: string) => Promise<void>,
  ) {
    answers = []
    await makeChange({ ...about, RequestType, ResourceProperties: 'it', ResponseURL: url }, make)
    return answers
  }

  it('is answered once its change is made', async () => {
    const make = jest.fn(async (_properties: string) => {})
    expect(await answerTo('Update', make)).toEqual([
      { method: 'PUT', type: '' },
      { Status: 'SUCCESS', ...about, PhysicalResourceId: 'Setup' },
    ])
    expect(make).toHaveBeenCalledWith('it')
  })

  it('is told why it failed, in no more than CloudFormation takes', async () => {
    const [, answer] = await answerTo('Create', async () => {
      throw new Error(`refused ${'ü'.repeat(1500)}`)
    })
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^refused ü/) })
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(4096)
  })

  it('undoes nothing', async () => {
    const make = jest.fn(async () => {})
    expect(await answerTo('Delete', make)).toMatchObject([{}, { Status: 'SUCCESS' }])
    expect(make).not.toHaveBeenCalled()
  })
})
