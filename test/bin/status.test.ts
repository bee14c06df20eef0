import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { checkAccount } from '../../bin/deployed/night-machine.ts'
import { gate, machineArn, serve, thrown } from '../local/step-functions/machines.ts'
import { type Deployed, deploy, NIGHT, run, tooWide } from './deployed.ts'

let deployed: Deployed
beforeEach(async () => {
  deployed = await deploy()
})
afterEach(() => deployed.stepFunctions.stop())

/** Runs a night to its end. */
const night = async (input: object, name: string) =>
  deployed.ended(await deployed.start(input, name, NIGHT))

const linesOf = async (...args: string[]) => {
  const { code, output } = await deployed.usher('status', ...args).ended
  expect([code, tooWide(output)]).toEqual([0, []])
  return output.split('\n')
}

describe('usher status', () => {
  it('lists the last ten executions, those of the schedule too', async () => {
    for (let day = 10; day < 21; day++) await night({ date: `2026-11-${day}` }, `2026-11-${day}`)
    await night(
      { scheduledTime: '2026-11-22T08:30:00Z' },
      'nightly-0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0',
    )
    deployed.changes.extracting = () => {
      throw thrown('BadValue', 'no number')
    }
    await night({ date: '2026-11-20', tables: ['events'] }, '2026-11-20-a1b2c3-2')
    const lines = await linesOf()
    const listed = lines.slice(0, lines.indexOf('')).map((line) => line.split(/\s{2,}/).slice(0, 3))
    expect(listed.slice(0, 4)).toEqual([
      ['date', 'execution', 'status'],
      ['2026-11-20', '2026-11-20-a1b2c3-2', 'failed'],
      ['2026-11-21', 'nightly-0b1c2d3e-4f50-6…', 'succeeded'],
      ['2026-11-20', '2026-11-20', 'succeeded'],
    ])
    expect(listed).toHaveLength(11)
    expect(lines[1]).toMatch(/ {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}0:0\d$/)
    expect(lines.slice(12)).toEqual([
      expect.stringMatching(/^2026-11-20-a1b2c3-2: failed after 0:0\d, .*\(America\/New_York\)$/),
      '',
      'table   rows  bytes  extract  load  outcome',
      'events                              failed',
      '',
      'Failed: events',
      '  no number',
      '',
      'Once that is mended, this does what is missing:',
      '  npx usher start --date 2026-11-20 --tables events',
      '',
    ])
    const [head, ...rest] = await linesOf('2026-11-21')
    expect(head).toMatch(/^nightly-0b1c2d3e-4f50.*: succeeded after/)
    // Three functions of 1,769 MB for 2 s, and the minute that 8 RPU are charged for at least.
    expect(rest.slice(-5)).toEqual([
      '3 tables loaded for 2026-11-22.',
      'It cost $0.050 at list prices of us-east-1: Redshift $0.050, Lambda $0.00014, S3',
      expect.stringMatching(/^ {2}and Step Functions \$0.00\d+\.$/),
      expect.stringMatching(/^Dearest: (\w+ \$0.01\d(, |\.)){3}$/),
      '',
    ])
    expect((await linesOf('nightly-0b1c2d3e-4f50-6…'))[0]).toMatch(/^nightly-0b1c2d3e-4f50/)
    expect((await linesOf('2026-11-20-a1b2c3-2'))[0]).toMatch(/^2026-11-20-a1b2c3-2: failed/)
  }, 60_000)

  it('tells how each table of a running night stands, those of parts too', async () => {
    const door = gate()
    const tried = gate()
    deployed.changes.extracting = async ({ table }) => {
      if (table === 'events') return
      if (table === 'users') throw thrown('DependencyIncomplete', 'venues is not complete')
      tried.open()
      await door.opened
    }
    await deployed.start({ date: '2026-11-20' }, '2026-11-20', NIGHT)
    await tried.opened
    const started = deployed.usher('status', '2026-11-20', '--watch')
    await started.says('Extract users                    skipped')
    const lines = await linesOf('2026-11-20')
    expect(lines).toEqual([
      expect.stringMatching(/^2026-11-20: running since .* \(America\/New_York\), for \d:\d\d$/),
      '',
      'table    rows    bytes  extract   load  outcome',
      'events  1,200  34.0 kB    2.0 s  3.0 s  loaded',
      expect.stringMatching(/^orders +running since \d\d:\d\d$/),
      'users                                   skipped',
      '',
      'Skipped: users',
      '  venues is not complete',
      '',
      '1 of 3 tables are complete so far.',
      '',
    ])
    door.open()
    const { code, output } = await started.ended
    expect([code, output]).toEqual([1, expect.stringMatching(/^orders .* loaded$/m)])
  }, 60_000)

  it('tells what waits and what is to be tried again', async () => {
    const door = gate()
    let tries = 0
    deployed.changes.extracting = ({ table }) => {
      if (table === 'users') return door.opened
      if (table === 'orders' && ++tries === 1) throw thrown('Transient', 'deadlock')
      return undefined
    }
    await deployed.start({ date: '2026-11-20', tables: ['orders', 'users'] }, '2026-11-20', NIGHT)
    const watching = deployed.usher('status', '--watch')
    await watching.says('Load orders')
    const lines = await linesOf('2026-11-20')
    expect(lines.filter((line) => /^\w+ {2}/.test(line)).slice(1)).toEqual([
      expect.stringMatching(/^orders .* loaded$/),
      expect.stringMatching(/^users .* running since \d\d:\d\d$/),
    ])
    door.open()
    expect((await watching.ended).code).toBe(0)
    expect(tries).toBe(2)
  }, 60_000)

  it('says so where there have been none, or none of that name', async () => {
    expect(await linesOf()).toEqual([
      'usher-dev-night has had no executions yet: npx usher start starts one.',
      '',
    ])
    const { code, output } = await deployed.usher('status', '2026-11-01').ended
    expect([code, output]).toEqual([
      1,
      'usher: usher-dev-night has no execution 2026-11-01: npx usher status lists them\n',
    ])
  }, 60_000)

  it('says that a stage is not deployed', async () => {
    const other = await serve({}, {})
    const { code, output } = await run(['status'], {
      AWS_ENDPOINT_URL_SFN: other.stepFunctions.url,
      ...{ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
    }).ended
    expect([code, output]).toEqual([
      1,
      'usher: there is no state machine usher-dev-night in eu-west-1: deploy it first, ' +
        "with npx cdk deploy 'usher-dev-*', or take other credentials: AWS_PROFILE\n",
    ])
    await other.stepFunctions.stop()
  })

  it('refuses the machine of another account than the stage has', () => {
    const arn = machineArn(NIGHT)
    const stage = { name: 'dev', account: '222222222222' }
    expect(() => checkAccount(stage, arn)).toThrow(
      'the credentials are of the account 111111111111, and the stage dev is in 222222222222',
    )
    expect(() => checkAccount({ ...stage, account: '111111111111' }, arn)).not.toThrow()
    expect(() => checkAccount({ name: 'dev' }, arn)).not.toThrow()
  })
})
