import {
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { gate, machineArn, thrown } from '../local/step-functions/machines.ts'
import { type Deployed, deploy, NIGHT, run, tooWide } from './deployed.ts'

const DATE = '2026-11-20'
const LIMIT = 60_000

let deployed: Deployed
beforeEach(async () => {
  deployed = await deploy()
})
afterEach(() => deployed.stepFunctions.stop())

const start = (...more: string[]) => deployed.usher('start', '--date', DATE, ...more)

/** The names and statuses of all executions of the night, the oldest first. */
async function executions(): Promise<string[]> {
  const { executions = [] } = await deployed.client.send(
    new ListExecutionsCommand({ stateMachineArn: machineArn(NIGHT) }),
  )
  return executions.map(({ name, status }) => `${name} ${status}`).reverse()
}

const arnOf = (name: string) =>
  `${machineArn(NIGHT).replace(':stateMachine:', ':execution:')}:${name}`

const breaks = () => {
  throw thrown('BadValue', "users.name: 'é' is too long; in the row with id '7'")
}

describe('usher start', () => {
  it('starts the night of a date, and shows how it goes to the end', async () => {
    const { code, output } = await start().ended
    expect(output).toMatch(/^Started 2026-11-20 on usher-dev-night\.\n\n {2}Extract /)
    expect(output).toMatch(/^ {2}Load users +1,200 rows +3\.0 s$/m)
    expect(output).toMatch(/^users +1,200 +34\.0 kB +2\.0 s +3\.0 s +loaded$/m)
    expect(output).toContain('3 tables loaded for 2026-11-20.')
    expect([code, tooWide(output)]).toEqual([0, []])
    expect(await executions()).toEqual(['2026-11-20 SUCCEEDED'])
  })

  it(
    'begins the next attempt at a date, whatever became of the last',
    async () => {
      await start().ended
      const { code, output } = await start().ended
      expect([code, output]).toEqual([0, expect.stringContaining('Started 2026-11-20-2 on')])
      await start('--force').ended
      await start('--force').ended
      const [, second, forced, again] = await executions()
      expect(second).toBe('2026-11-20-2 SUCCEEDED')
      expect(forced).toMatch(/^2026-11-20-[\da-f]{6} SUCCEEDED$/)
      expect(again).toBe(forced?.replace(' ', '-2 '))
    },
    LIMIT,
  )

  it(
    'says why a night failed, and starts the next attempt',
    async () => {
      deployed.changes.extracting = ({ table }) => table === 'users' && breaks()
      const red = await start().ended
      expect(red.output).toContain(
        "Failed: users\n  users.name: 'é' is too long; in the row with id '7'\n",
      )
      expect(red.output).toMatch(
        /this does what is missing:\n {2}npx usher start --date 2026-11-20\n$/,
      )
      expect([red.code, tooWide(red.output)]).toEqual([1, []])
      deployed.changes.extracting = () => {}
      const green = await start().ended
      expect(green.output).toContain('Started 2026-11-20-2 on')
      expect(green.code).toBe(0)
      expect(await executions()).toEqual(['2026-11-20 FAILED', '2026-11-20-2 SUCCEEDED'])
    },
    LIMIT,
  )

  it(
    'names after a forced night only what that has left undone',
    async () => {
      deployed.changes.extracting = ({ table }) => table === 'users' && breaks()
      const command = 'npx usher start --date 2026-11-20 --tables users --force --accept users\n'
      const forced = await start('--force', '--accept', 'users').ended
      expect(forced.output).toMatch(new RegExp(`what is missing:\\n {2}${command}$`))
      const { output } = await deployed.usher('status').ended
      expect(output).toContain(`  ${command}`)
    },
    LIMIT,
  )

  it(
    'is one execution, whoever starts it at the same time',
    async () => {
      const door = gate()
      deployed.changes.extracting = () => door.opened
      const all = Array.from({ length: 4 }, () => start())
      await Promise.all(all.map(({ says }) => says(`2026-11-20`)))
      door.open()
      const ended = await Promise.all(all.map(({ ended }) => ended))
      expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0])
      for (const { output } of ended) expect(output).toContain('3 tables loaded for 2026-11-20.')
      expect(await executions()).toEqual(['2026-11-20 SUCCEEDED'])
    },
    LIMIT,
  )

  it(
    'waits until AWS knows what it has started, also where somebody else has',
    async () => {
      const door = gate()
      deployed.changes.extracting = () => door.opened
      let unknown = 0
      deployed.changes.asking = (operation) => {
        if (operation === 'ListExecutions') return { executions: [] }
        const asked = operation === 'DescribeExecution' || operation === 'GetExecutionHistory'
        if (!asked || unknown++ % 2 === 1) return undefined
        return { __type: 'ExecutionDoesNotExist', message: 'Execution Does Not Exist' }
      }
      const first = start()
      await first.says('Started 2026-11-20 on')
      unknown = 0
      const second = start()
      await second.says('2026-11-20')
      door.open()
      for (const { ended } of [first, second]) {
        expect(await ended).toMatchObject({
          code: 0,
          output: expect.stringContaining('3 tables loaded for 2026-11-20.'),
        })
      }
      expect(await executions()).toEqual(['2026-11-20 SUCCEEDED'])
    },
    LIMIT,
  )

  it('starts nothing where another night has the date', async () => {
    const door = gate()
    deployed.changes.extracting = () => door.opened
    await deployed.start({ scheduledTime: '2026-11-21T08:30:00Z' }, 'nightly-5c0e', NIGHT)
    const { code, output } = await start('--tables', 'orders').ended
    expect([code, output]).toEqual([
      1,
      'usher: the execution nightly-5c0e is doing 2026-11-20: wait until it ends, with ' +
        'npx usher status nightly-5c0e --watch\n',
    ])
    expect(await executions()).toEqual(['nightly-5c0e RUNNING'])
    door.open()
  })

  it('follows the execution that the schedule has started', async () => {
    const door = gate()
    deployed.changes.extracting = () => door.opened
    await deployed.start({ scheduledTime: '2026-11-21T08:30:00Z' }, 'nightly-5c0e', NIGHT)
    const running = start()
    await running.says('nightly-5c0e is running already on usher-dev-night.')
    door.open()
    expect((await running.ended).code).toBe(0)
    expect(await executions()).toEqual(['nightly-5c0e SUCCEEDED'])
  })

  it(
    'does only the tables it is told, under a name of their own',
    async () => {
      const { code, output } = await start('--tables', 'orders,events,orders').ended
      expect(output).toContain('2 tables loaded for 2026-11-20.')
      expect(code).toBe(0)
      await start('--tables', 'events,orders').ended
      const [first, ...others] = await executions()
      expect(first).toMatch(/^2026-11-20-[\da-f]{6} /)
      expect(others).toEqual([first?.replace(' ', '-2 ')])
      const { input } = await deployed.ended(arnOf(first?.split(' ')[0] ?? ''))
      expect(input).toBe('{"date":"2026-11-20","tables":["events","orders"]}')
      const unknown = await start('--tables', 'event').ended
      expect([unknown.code, unknown.output]).toEqual([
        1,
        'usher: usher-dev-night has no table event; there are events, orders, users\n',
      ])
    },
    LIMIT,
  )

  it(
    'leaves the night running at Ctrl-C, and says how to see it again',
    async () => {
      const door = gate()
      deployed.changes.extracting = ({ table }) => table === 'orders' && door.opened
      const running = start()
      await running.says('Load users')
      running.child.kill('SIGINT')
      const { code, output } = await running.ended
      expect(code).toBe(130)
      expect(output).toContain(
        'It goes on in AWS. This shows how it stands:\n  npx usher status 2026-11-20 --watch\n',
      )
      expect(await executions()).toEqual(['2026-11-20 RUNNING'])
      const again = deployed.usher('status', '2026-11-20', '--watch')
      await again.says('Load users')
      door.open()
      const ended = await again.ended
      expect([ended.code, ended.output]).toEqual([
        0,
        expect.stringContaining('3 tables loaded for 2026-11-20.'),
      ])
    },
    LIMIT,
  )

  it('does not follow a night with --detach', async () => {
    const door = gate()
    deployed.changes.extracting = () => door.opened
    const { code, output } = await start('--detach').ended
    expect([code, output]).toEqual([
      0,
      'Started 2026-11-20 on usher-dev-night.\nThis shows how it stands:\n' +
        '  npx usher status 2026-11-20 --watch\n',
    ])
    door.open()
  })

  it(
    'follows a night that is stopped, and one that is redriven',
    async () => {
      const door = gate()
      deployed.changes.extracting = () => door.opened
      const running = start()
      await running.says('Started')
      const executionArn = arnOf(DATE)
      await deployed.client.send(
        new StopExecutionCommand({ executionArn, error: 'Stopped', cause: 'by hand' }),
      )
      const stopped = await running.ended
      expect(stopped.output).toContain('The night was stopped: by hand\n')
      expect(stopped.output).toMatch(/^users .* (stopped|never began)$/m)
      expect(stopped.code).toBe(1)
      deployed.changes.extracting = () => {}
      await deployed.client.send(new RedriveExecutionCommand({ executionArn }))
      const { output } = await deployed.usher('status', DATE, '--watch').ended
      expect(output).toContain('3 tables loaded for 2026-11-20.')
      door.open()
    },
    LIMIT,
  )

  it.each([
    [['--date', '2026-02-30'], "--date '2026-02-30' is no date: write it as 2026-11-23"],
    [['--date', '2999-01-01'], '--date 2999-01-01 is a day that is not over'],
    [['--tables', ','], '--tables names no table: leave it out for all'],
    [['--stage', 'test'], "bin/stages has no stage 'test'; there are: dev, prod"],
    [['2026-11-23'], "'2026-11-23' is no option: is it --date 2026-11-23?"],
    [['events', 'orders'], "'events' is no option: is it --tables events,orders?"],
  ])('refuses %j', async (args, message) => {
    const { code, output } = await deployed.usher('start', ...args).ended
    expect(output).toContain(`usher: ${message}`)
    expect(code).toBe(1)
    expect(await executions()).toEqual([])
  })

  it(
    'says what to do where there is no such machine, and no AWS',
    async () => {
      const env = { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nowhere', AWS_REGION: 'us-east-1' }
      const none = await run(['start'], env).ended
      expect(none.output).toMatch(/^usher: there are no AWS credentials: log in \(aws sso login\)/)
      const nowhere = await run(['start'], { ...env, AWS_REGION: undefined }).ended
      expect(nowhere.output).toContain('no AWS region is set')
      const keys = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' }
      const unreached = await run(['start'], {
        ...env,
        ...keys,
        AWS_ENDPOINT_URL_SFN: 'http://127.0.0.1:9',
      }).ended
      expect(unreached.output).toContain('AWS cannot be reached')
      expect([none, nowhere, unreached].map(({ code }) => code)).toEqual([1, 1, 1])
    },
    LIMIT,
  )
})
