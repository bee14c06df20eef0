import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { integer, mirror, mysql } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { pageOf, pages } from '../../lib/night/runbooks.ts'
import { NightStack } from '../../lib/stacks/night-stack.ts'
import type { Stage } from '../../lib/stacks/stage.ts'
import { StorageStack } from '../../lib/stacks/storage-stack.ts'

const cdk = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'))
const production = mysql('production', { secret: 'usher/production' })
const columns = { id: integer().primaryKey() }
const tables = (count: number) =>
  graphOf(
    Array.from({ length: count }, (_, at) => mirror(production.table(`table_${at}`), { columns })),
  )

const base: Stage = {
  name: 'test',
  startsAt: { hour: 3, minute: 30 },
  doneBy: { hour: 6, minute: 30 },
  timeZone: 'Europe/London',
  scheduled: true,
  warehouse: { kind: 'new', database: 'warehouse', baseCapacity: 8 },
  alarmEmails: ['data@example.com'],
}

function synthesize(stage: Stage, count = 3): Template {
  const app = new App({ context: { ...cdk.context, 'aws:cdk:bundling-stacks': [] } })
  const storage = new StorageStack(app, 'storage', { stage })
  const night = new NightStack(app, 'night', { stage, graph: tables(count), storage })
  return Template.fromStack(night)
}

interface AlarmProperties {
  readonly AlarmName: string
  readonly AlarmDescription: string
  readonly AlarmActions?: readonly object[]
  readonly TreatMissingData: string
  readonly EvaluationPeriods: number
}

const alarmsOf = (template: Template): AlarmProperties[] =>
  Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
    ({ Properties }) => Properties,
  )

/** The ids of alarms, without the words that all names begin with. */
const ids = (alarms: readonly AlarmProperties[]) =>
  alarms.map(({ AlarmName }) => AlarmName.replace('usher-test-', '')).sort()

/** The pages of the runbooks, without their ending. */
const written = readdirSync(new URL('../../docs/runbooks', import.meta.url))
  .map((file) => file.replace(/\.md$/, ''))
  .filter((page) => page !== 'README')
const textOf = (page: string) =>
  readFileSync(new URL(`../../docs/runbooks/${page}.md`, import.meta.url), 'utf8')

let night: Template
beforeAll(() => {
  night = synthesize(base)
})

describe('the alarms', () => {
  it('tell people of what nobody else tells of, and double nothing', () => {
    const [loud, silent] = [true, false].map((tells) =>
      ids(alarmsOf(night).filter(({ AlarmActions }) => (AlarmActions !== undefined) === tells)),
    )
    expect(loud).toEqual([
      'note-throttled',
      'prepare-throttled',
      'report-throttled',
      'start-dropped',
      'tables-warned',
      'watch-silent',
    ])
    expect(silent).toEqual([
      'night-failed',
      'night-late',
      'night-stopped',
      'night-timed-out',
      'note-failing',
      'prepare-failing',
      'report-failing',
      'tables-stale',
    ])
  })

  it('take it for wrong when the watch is not heard of for more than a day', () => {
    const silent = alarmsOf(night).find(({ AlarmName }) => AlarmName.endsWith('watch-silent'))
    expect(silent).toMatchObject({
      ...{ TreatMissingData: 'breaching', EvaluationPeriods: 26 },
      ...{ ComparisonOperator: 'LessThanThreshold', Threshold: 1 },
    })
  })

  it('may tell the topic, and no alarm of others', () => {
    const [policy] = Object.values(night.findResources('AWS::SNS::TopicPolicy'))
    const statements = policy?.Properties.PolicyDocument.Statement as { Sid?: string }[]
    const own = statements.find(({ Sid }) => Sid === 'AlarmsTell')
    expect(own).toMatchObject({
      ...{ Effect: 'Allow', Action: 'sns:Publish' },
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    })
    expect(JSON.stringify(own)).toMatch(/:alarm:usher-test-\*"/)
  })

  it('are without those of metrics and of the watch in a stage that has neither', () => {
    const { doneBy: _, ...rest } = base
    expect(ids(alarmsOf(synthesize({ ...rest, metrics: false })))).toEqual([
      'night-failed',
      'night-stopped',
      'night-timed-out',
      'note-failing',
      'note-throttled',
      'prepare-failing',
      'prepare-throttled',
      'report-failing',
      'report-throttled',
      'start-dropped',
    ])
  })
})

describe('the runbooks', () => {
  const said = (template: Template) =>
    alarmsOf(template).map(({ AlarmDescription }) => AlarmDescription)
  const letters = ['night-not-started', 'night-late', 'tables-stale', 'unknown', 'function-ended']

  it('are a page for each alarm and each kind of failure, and no other', () => {
    const ofAlarms = said(night).map((text) => /docs\/runbooks\/([\w-]+)\.md$/.exec(text)?.[1])
    expect(ofAlarms).not.toContain(undefined)
    const named = new Set([...ofAlarms, ...Object.values(pages), ...letters])
    expect(written.toSorted()).toEqual([...named].sort())
  })

  it('are named where the stage has them', () => {
    const runbooks = 'https://example.com/usher/runbooks'
    const template = synthesize({ ...base, runbooks })
    for (const text of said(template)) expect(text).toMatch(/ https:\/\/\S+\/[\w-]+\.md$/)
    const told = Object.values(template.findResources('AWS::Lambda::Function')).flatMap(
      ({ Properties: { Description, Environment } }) =>
        Environment.Variables.USHER_RUNBOOKS === runbooks ? [Description] : [],
    )
    expect(told.sort()).toEqual([
      'Looks at the deadline whether the night is complete',
      'Says how a night ended',
    ])
  })

  it.each(written)('say what to look at, what to do and when it is over: %s', (page) => {
    const headings = [...textOf(page).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual(['Look at', 'Do', 'It is over when'])
    expect(textOf(page)).toMatch(/^# \S.*\n\n\S/)
    expect(
      textOf(page)
        .split('\n')
        .filter((line) => line.length > 110),
    ).toEqual([])
  })

  it('have a page for whatever a function or Step Functions throws', () => {
    expect(pageOf('CheckFailed')).toBe('check-failed')
    expect(pageOf('Sandbox.Timedout')).toBe('function-ended')
    expect(pageOf('States.Timeout')).toBe('function-ended')
    expect(pageOf('TypeError')).toBe('unknown')
    expect(pageOf('constructor')).toBe('unknown')
  })
})

describe('the watch', () => {
  const schedules = (template: Template) =>
    Object.values(template.findResources('AWS::Scheduler::Schedule')).map(
      ({ Properties }) => Properties,
    )
  const watchOf = (template: Template) =>
    schedules(template).find(({ Description }) => /^Looks/.test(Description))

  it('looks at the deadline, on the clocks of the business', () => {
    const { ScheduleExpression, ScheduleExpressionTimezone, Target } = watchOf(night)
    expect([ScheduleExpression, ScheduleExpressionTimezone]).toEqual([
      'cron(30 6 * * ? *)',
      'Europe/London',
    ])
    expect(JSON.parse(Target.Input)).toEqual({
      scheduledTime: '<aws.scheduler.scheduled-time>',
      overMidnight: false,
    })
    expect(Target.DeadLetterConfig.Arn['Fn::GetAtt'][0]).toMatch(/^NightlyDropped/)
    night.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Looks at the deadline whether the night is complete',
      Environment: { Variables: { USHER_STALE_AFTER: '2', USHER_TIME_ZONE: 'Europe/London' } },
    } as never)
  })

  it('knows of nights that start on the day before', () => {
    const startsAt = { hour: 22, minute: 0 }
    const { Target } = watchOf(synthesize({ ...base, startsAt, staleAfterDays: 5 }))
    expect(JSON.parse(Target.Input)).toMatchObject({ overMidnight: true })
  })

  it.each([
    ['has no deadline', { doneBy: undefined }],
    ['runs only when it is told to', { scheduled: false }],
  ])('is not there in a stage that %s', (_, part) => {
    const template = synthesize({ ...base, ...part } as Stage)
    expect(watchOf(template)).toBeUndefined()
    const described = Object.values(template.findResources('AWS::Lambda::Function'))
    expect(described.map(({ Properties }) => Properties.Description)).not.toContain(
      'Looks at the deadline whether the night is complete',
    )
  })
})

/** A widget of a dashboard, as CloudWatch takes it. */
interface Widget {
  readonly type: string
  readonly width: number
  readonly properties: { readonly metrics?: unknown[]; readonly query?: string }
}

/** The body of the dashboard, with a name in place of each token. */
function bodyOf(template: Template): { readonly text: string; readonly widgets: Widget[] } {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'))
  const pieces = dashboard?.Properties.DashboardBody['Fn::Join'][1] as unknown[]
  const text = pieces.map((piece) => (typeof piece === 'string' ? piece : 'x'.repeat(60))).join('')
  return { text, widgets: JSON.parse(text).widgets }
}

describe('the dashboard', () => {
  it('is within the limits of CloudWatch, and no larger for 300 tables than for 3', () => {
    const [few, many] = [bodyOf(night), bodyOf(synthesize(base, 300))]
    expect(many.widgets.length).toBe(few.widgets.length)
    expect(Math.abs(many.text.length - few.text.length)).toBeLessThan(200)
    expect(many.widgets.length).toBeLessThanOrEqual(500)
    expect(Buffer.byteLength(many.text)).toBeLessThan(50_000)
    const metrics = many.widgets.map(({ properties }) => properties.metrics?.length ?? 0)
    expect(Math.max(...metrics)).toBeLessThanOrEqual(500)
    expect(metrics.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2500)
    for (const { width } of many.widgets) expect(width).toBeLessThanOrEqual(24)
  })

  it('shows tables by searches and queries alone', () => {
    const { text } = bodyOf(night)
    expect(text).not.toContain('table_0')
    for (const name of ['DaysBehind', 'Rows', 'LoadSeconds', 'Bytes']) {
      expect(text).toContain(
        `SEARCH('{Usher,Stage,Table} MetricName=\\"${name}\\" Stage=\\"test\\"'`,
      )
    }
    expect(text).toContain('stats max(DaysBehind) as days_behind')
    expect(text).toContain('"label":"critical path"')
    expect(text).toContain('"value":10800,"label":"deadline"')
  })

  it('shows RPU hours of a warehouse of its own, and of no other', () => {
    expect(bodyOf(night).text).toContain('\\"usher-test\\"')
    const warehouse = {
      ...({ kind: 'cluster', cluster: 'analytics', database: 'dwh' } as const),
      secretArn: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:dwh-AbCdEf',
      copyRoleArn: 'arn:aws:iam::111111111111:role/copy',
    }
    expect(bodyOf(synthesize({ ...base, warehouse })).text).not.toContain('Redshift-Serverless')
  })

  it('asks for no metrics where there are none', () => {
    const { text } = bodyOf(synthesize({ ...base, metrics: false }))
    expect(text).not.toContain('{Usher,')
    expect(text).toContain('The stage has `metrics: false`')
  })
})
