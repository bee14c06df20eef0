import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { gate, machineArn, thrown } from '../local/step-functions/machines.ts'
import { type Deployed, deploy, NIGHT, tooWide } from './deployed.ts'

const LIMIT = 60_000

let deployed: Deployed
beforeEach(async () => {
  deployed = await deploy()
})
afterEach(() => deployed.stepFunctions.stop())

const backfill = (from: string, to: string, ...more: string[]) =>
  deployed.usher('backfill', '--from', from, '--to', to, ...more)

/** The names of all executions of the night, the oldest first. */
async function names(): Promise<string[]> {
  const { executions = [] } = await deployed.client.send(
    new ListExecutionsCommand({ stateMachineArn: machineArn(NIGHT) }),
  )
  return executions.map(({ name = '' }) => name).reverse()
}

describe('usher backfill', () => {
  it(
    'does the nights in the order of their dates, over the end of a month',
    async () => {
      const dates: string[] = []
      deployed.changes.extracting = ({ table, date }) => table === 'events' && dates.push(date)
      const { code, output } = await backfill('2026-10-30', '2026-11-02').ended
      expect(dates).toEqual(['2026-10-30', '2026-10-31', '2026-11-01', '2026-11-02'])
      expect(await names()).toEqual(dates)
      expect(output.split('\n')).toEqual([
        '4 nights on usher-dev-night, 2026-10-30 to 2026-11-02, 1 at once.',
        '',
        ...dates.map((date) => expect.stringMatching(`^  ${date}  succeeded      0:0\\d$`)),
        '',
        '4 nights: 4 done.',
        '',
      ])
      expect([code, tooWide(output)]).toEqual([0, []])
    },
    LIMIT,
  )

  it(
    'does so many at once, and no more',
    async () => {
      const running = new Set<string>()
      let most = 0
      let door = gate()
      deployed.changes.extracting = async ({ table, date }) => {
        if (table !== 'events') return
        running.add(date)
        most = Math.max(most, running.size)
        if (running.size === 2) door.open()
        await door.opened
        running.delete(date)
        if (running.size === 0) door = gate()
      }
      const { output } = await backfill('2026-11-01', '2026-11-04', '--concurrency', '2').ended
      expect(output).toContain('4 nights: 4 done.')
      expect(most).toBe(2)
    },
    LIMIT,
  )

  it(
    'goes on after it was killed: what is done is skipped, what is running waited for',
    async () => {
      const door = gate()
      deployed.changes.extracting = ({ date }) => date === '2026-11-02' && door.opened
      const killed = backfill('2026-11-01', '2026-11-03')
      await killed.says('2026-11-01  succeeded')
      while (!(await names()).includes('2026-11-02')) await new Promise((go) => setTimeout(go, 20))
      killed.child.kill('SIGKILL')
      await killed.ended
      const again = backfill('2026-11-01', '2026-11-03')
      await again.says('2026-11-01  was done\n  2026-11-02  is running already')
      door.open()
      const { code, output } = await again.ended
      expect(output).toContain('3 nights: 2 done, 1 done before.')
      expect(code).toBe(0)
      expect(await names()).toEqual(['2026-11-01', '2026-11-02', '2026-11-03'])
    },
    LIMIT,
  )

  it(
    'takes for done only what the newest execution of a date has done, of the machine as it is',
    async () => {
      const dates = ['2026-11-01', '2026-11-02']
      const night = async (input: object, name: string) =>
        deployed.ended(await deployed.start(input, name, NIGHT))
      for (const date of dates) await night({ date }, date)
      await night({ date: '2026-11-03' }, 'nightly-5c0e')
      deployed.changes.extracting = ({ table }) => {
        if (table === 'users') throw thrown('BadValue', 'no number')
      }
      await night({ date: '2026-11-02', force: true }, '2026-11-02-a1b2c3')
      deployed.changes.extracting = () => {}
      const one = await backfill('2026-11-01', '2026-11-03').ended
      expect(one.output).toContain('3 nights: 1 done, 2 done before.')
      expect((await names()).at(-1)).toBe('2026-11-02-2')
      deployed.changes.asking = (operation) =>
        operation === 'DescribeStateMachineForExecution'
          ? { stateMachineArn: machineArn(NIGHT), definition: '{"States":{}}' }
          : undefined
      const all = await backfill('2026-11-01', '2026-11-03').ended
      expect(all.output).toContain('3 nights: 3 done.')
      expect(all.code).toBe(0)
    },
    LIMIT,
  )

  it(
    'accepts the rows of a table where a date has failed, and passes by what has succeeded',
    async () => {
      deployed.changes.extracting = ({ date, table }) => {
        if (date === '2026-11-02' && table === 'events') throw thrown('CheckFailed', 'too few')
      }
      expect((await backfill('2026-11-01', '2026-11-03').ended).code).toBe(1)
      const failing = await backfill('2026-11-01', '2026-11-03', '--accept', 'events').ended
      expect(failing.output).toContain(
        'npx usher backfill --from 2026-11-02 --to 2026-11-03 --accept events\n',
      )
      deployed.changes.extracting = () => {}
      const { output } = await backfill('2026-11-01', '2026-11-03', '--accept', 'events').ended
      expect(output).toContain('3 nights: 1 done, 2 done before.')
      const machine = machineArn(NIGHT).replace(':stateMachine:', ':execution:')
      const executionArn = `${machine}:${(await names()).at(-1)}`
      const { input } = await deployed.client.send(new DescribeExecutionCommand({ executionArn }))
      expect(JSON.parse(input ?? '')).toEqual({ date: '2026-11-02', accept: ['events'] })
      expect(tooWide(output)).toEqual([])
    },
    LIMIT,
  )

  it(
    'waits for another night that has a date',
    async () => {
      const door = gate()
      deployed.changes.extracting = () => door.opened
      await deployed.start({ date: '2026-11-01', tables: ['users'] }, 'by-hand', NIGHT)
      const running = backfill('2026-11-01', '2026-11-01')
      await running.says('2026-11-01  waits for by-hand')
      expect(await names()).toEqual(['by-hand'])
      door.open()
      const { code, output } = await running.ended
      expect(output).toContain('1 night: 1 done.')
      expect([code, tooWide(output)]).toEqual([0, []])
      expect(await names()).toEqual(['by-hand', '2026-11-01'])
    },
    LIMIT,
  )

  it(
    'looks once more where it has asked AWS too often',
    async () => {
      let refused = 0
      deployed.changes.asking = (operation, { executionArn = '' }) => {
        const first = executionArn.endsWith(':2026-11-02') && refused++ === 0
        // Of a name that the client does not know: it would try again by itself.
        return operation === 'DescribeExecution' && first
          ? { __type: 'Refused', message: 'Rate exceeded' }
          : undefined
      }
      const { code, output } = await backfill('2026-11-01', '2026-11-03').ended
      expect([code, output]).toEqual([0, expect.stringContaining('3 nights: 3 done.')])
      expect(refused).toBeGreaterThan(1)
    },
    LIMIT,
  )

  it(
    'leaves running what is running at Ctrl-C, and says what goes on',
    async () => {
      const door = gate()
      deployed.changes.extracting = () => door.opened
      const running = backfill('2026-11-01', '2026-11-03', '--tables', 'events')
      while ((await names()).length === 0) await new Promise((go) => setTimeout(go, 20))
      running.child.kill('SIGINT')
      const { code, output } = await running.ended
      expect([code, output]).toEqual([
        130,
        expect.stringContaining(
          'What is running goes on in AWS. This goes on with the rest:\n' +
            '  npx usher backfill --from 2026-11-01 --to 2026-11-03 --tables events\n',
        ),
      ])
      expect(await names()).toHaveLength(1)
      door.open()
    },
    LIMIT,
  )

  it(
    'says that what is running goes on, and how to go on, where AWS takes the credentials no more',
    async () => {
      const door = gate()
      deployed.changes.extracting = () => door.opened
      const running = backfill('2026-11-01', '2026-11-03')
      while ((await names()).length === 0) await new Promise((go) => setTimeout(go, 20))
      deployed.changes.asking = () => ({ __type: 'ExpiredTokenException', message: 'expired' })
      const { code, output } = await running.ended
      expect(output).toContain(
        'What is running goes on in AWS. This goes on with the rest:\n' +
          '  npx usher backfill --from 2026-11-01 --to 2026-11-03\n',
      )
      expect(output).toContain('usher: AWS does not take the credentials (expired): log in again')
      expect(code).toBe(1)
      door.open()
    },
    LIMIT,
  )

  it(
    'names the first date that is left, for a forced one not to do the others again',
    async () => {
      const door = gate()
      deployed.changes.extracting = ({ date }) => date === '2026-11-02' && door.opened
      const running = backfill('2026-11-01', '2026-11-03', '--force')
      await running.says('2026-11-01  succeeded')
      running.child.kill('SIGINT')
      expect((await running.ended).output).toContain(
        '  npx usher backfill --from 2026-11-02 --to 2026-11-03 --force\n',
      )
      door.open()
    },
    LIMIT,
  )

  it(
    'goes on after a date that failed, and does that again the next time',
    async () => {
      deployed.changes.extracting = ({ table, date }) => {
        if (table === 'users' && date === '2026-11-02') throw thrown('BadValue', 'no number')
      }
      const red = await backfill('2026-11-01', '2026-11-04').ended
      expect(red.output).toMatch(/^ {2}2026-11-02 {2}failed .*\n.*not complete for 2026-11-02\.\n/m)
      expect(red.output).toContain('users failed: no number\n')
      expect(red.output).toMatch(
        /4 nights: 3 done, 1 failed\.\n.*does the rest:\n {2}npx usher backfill --from 2026-11-02 --to 2026-11-04\n$/,
      )
      expect([red.code, tooWide(red.output)]).toEqual([1, []])
      deployed.changes.extracting = () => {}
      const green = await backfill('2026-11-01', '2026-11-04').ended
      expect(green.output).toContain('4 nights: 1 done, 3 done before.')
      expect(green.code).toBe(0)
      expect((await names()).at(-1)).toBe('2026-11-02-2')
    },
    LIMIT,
  )

  it(
    'ends when the first three fail in the same way',
    async () => {
      deployed.changes.extracting = ({ table }) => {
        if (table === 'users') throw thrown('SourceRefused', 'production: wrong password')
      }
      const { code, output } = await backfill('2026-11-01', '2026-11-20').ended
      expect(output).toContain(
        '20 nights: 3 failed, 17 not begun.\nThe first 3 failed in the same way',
      )
      expect(code).toBe(1)
      expect(await names()).toHaveLength(3)
    },
    LIMIT,
  )

  it.each([
    [['--from', '2026-11-03', '--to', '2026-11-01'], '--from 2026-11-03 is after --to 2026-11-01'],
    [['--from', '2026-11-03', '--to', '2999-11-01'], '--to 2999-11-01 is a day that is not over'],
    [['--from', '2026-11-03'], 'give both dates'],
    [['--from', '2026-11-31', '--to', '2026-12-01'], "--from '2026-11-31' is no date"],
    [
      ['--from', '2026-11-01', '--to', '2026-11-02', '--concurrency', '0'],
      "--concurrency '0' is no number",
    ],
    [
      ['--from', '2026-11-01', '--to', '2026-11-02', '--concurrency', '21'],
      "--concurrency '21' is no number from 1 to 20",
    ],
    [['2026-11-01', '2026-11-02'], "'2026-11-01' is no option: give the dates as --from"],
  ])('refuses %j', async (args, message) => {
    const { code, output } = await deployed.usher('backfill', ...args).ended
    expect(output).toContain(`usher: ${message}`)
    expect([code, await names()]).toEqual([1, []])
  })
})
