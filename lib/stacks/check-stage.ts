import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { WarehouseConfig } from '../constructs/warehouse.ts'
import { Failure } from '../error.ts'
import { type Graph, tablesOf } from '../graph/graph.ts'
import { namesLike } from '../graph/near.ts'
import { sourceOf } from '../table/definition.ts'
import type { Clock, Stage } from './stage.ts'

/**
 * Throws a BadDeclaration, in one sentence, at the first value of a stage that AWS would refuse or that
 * nothing would use. What a type says is not asked again.
 */
export function checkStage(stage: Stage, graph: Graph): void {
  const refuse = (problem: string): never => {
    throw new Failure('BadDeclaration', `the stage ${stage.name}: ${problem}`)
  }
  const must = (holds: boolean, problem: string) => holds || refuse(problem)
  const { account, region, alarmEmails = [], retention = {} } = stage
  must(
    /^[a-z][a-z0-9-]{0,15}$/.test(stage.name),
    `name '${stage.name}' is part of names in AWS: 16 lower-case letters, digits and - at most`,
  )
  must(
    account === undefined || /^\d{12}$/.test(account),
    `account '${account}' is no number of 12 digits`,
  )
  must(
    region === undefined || /^[a-z]{2}(-[a-z]+)+-\d$/.test(region),
    `region '${region}' is none: write it as eu-west-1`,
  )
  must(isTimeZone(stage.timeZone), `timeZone '${stage.timeZone}' is none: Europe/London is one`)
  checkClock('startsAt', stage.startsAt, must)
  checkSummer('startsAt', stage.startsAt, stage.timeZone, must)
  if (stage.doneBy) {
    checkClock('doneBy', stage.doneBy, must)
    checkSummer('doneBy', stage.doneBy, stage.timeZone, must)
    const { startsAt, doneBy } = stage
    must(
      startsAt.hour !== doneBy.hour || startsAt.minute !== doneBy.minute,
      'doneBy is when the night starts: leave it out, or say when people begin to look',
    )
  }
  checkOperations(stage, must)
  for (const email of alarmEmails) {
    must(/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email), `alarmEmails '${email}' is no address`)
  }
  for (const [of, days] of Object.entries(retention)) {
    must(Number.isInteger(days) && days > 0, `retention.${of} ${days} is no number of days`)
  }
  must(
    retention.logs === undefined || RetentionDays[retention.logs] !== undefined,
    `retention.logs ${retention.logs} is not among the days that CloudWatch knows: 30, 60, 90, 180 and 365 are`,
  )
  checkWarehouse(stage.warehouse, must)
  checkVpc(stage, must)
  checkSources(stage, graph, must)
}

type Must = (holds: boolean, problem: string) => void

function checkClock(of: string, { hour, minute }: Clock, must: Must): void {
  const within = (value: number, most: number) =>
    Number.isInteger(value) && value >= 0 && value <= most
  must(within(hour, 23) && within(minute, 59), `${of} ${hour}:${minute} is no time of day`)
}

function checkSummer(of: string, { hour }: Clock, timeZone: string, must: Must): void {
  must(
    (hour !== 1 && hour !== 2) || !hasSummer(timeZone),
    `${of} ${hour} is an hour that is left out, or comes twice, when the clocks of ${timeZone} change: say one before 1 or from 3 on`,
  )
}

function checkOperations({ doneBy, staleAfterDays, runbooks }: Stage, must: Must): void {
  must(
    staleAfterDays === undefined || (Number.isInteger(staleAfterDays) && staleAfterDays > 0),
    `staleAfterDays ${staleAfterDays} is no number of days`,
  )
  must(
    staleAfterDays === undefined || doneBy !== undefined,
    `staleAfterDays ${staleAfterDays} serves nothing without doneBy, when tables are looked at`,
  )
  must(
    runbooks === undefined || /^https:\/\/\S+[^/\s]$/.test(runbooks),
    `runbooks '${runbooks}' is no address: write it as https://example.com/usher/docs/runbooks`,
  )
}

function checkWarehouse(config: WarehouseConfig, must: Must): void {
  const { slices = 1, readers = 'readers' } = config
  must(
    Number.isInteger(slices) && slices > 0,
    `warehouse.slices ${slices} is no number of slices: ask it with \`select count(*) from stv_slices\``,
  )
  must(
    /^[a-z_][a-z0-9_]{0,63}$/.test(readers),
    `warehouse.readers '${readers}' is no name of a role: it is lower-case letters, digits and _, 64 at most`,
  )
  if (config.kind === 'new') {
    const { baseCapacity } = config
    must(
      baseCapacity === 4 || (baseCapacity % 8 === 0 && baseCapacity >= 8 && baseCapacity <= 512),
      `warehouse.baseCapacity ${baseCapacity} is not 4, nor 8 to 512 in steps of 8`,
    )
    return
  }
  const arn = (of: string, value: string, service: string) =>
    must(
      value.startsWith('arn:') && value.split(':')[2] === service,
      `warehouse.${of} '${value}' is no ARN of ${service}`,
    )
  if (config.kind === 'workgroup') arn('workgroupArn', config.workgroupArn, 'redshift-serverless')
  else {
    must(
      /^[a-z][a-z0-9-]{0,62}$/.test(config.cluster),
      `warehouse.cluster '${config.cluster}' is no identifier of a cluster, which is not its address`,
    )
  }
  const { secretArn, adminSecretArn = secretArn } = config
  for (const [of, value] of Object.entries({ secretArn, adminSecretArn })) {
    arn(of, value, 'secretsmanager')
    must(
      /-[A-Za-z0-9]{6}$/.test(value),
      `warehouse.${of} '${value}' must be whole, with the six characters at its end`,
    )
  }
  arn('copyRoleArn', config.copyRoleArn, 'iam')
}

function checkVpc({ vpc, warehouse }: Stage, must: Must): void {
  if (vpc === undefined) return
  if (vpc.kind === 'new') {
    const { cidr = '10.0.0.0/16' } = vpc
    must(
      /^(\d{1,3}\.){3}\d{1,3}\/(1[6-9]|2[0-4])$/.test(cidr),
      `vpc.cidr '${cidr}' is no /16 to /24`,
    )
    return
  }
  const { subnetIds, availabilityZones, routeTableIds, endpoints = [] } = vpc
  const all = (of: string, ids: readonly string[], prefix: string) => {
    for (const id of ids) {
      must(
        new RegExp(`^${prefix}-[0-9a-f]{8,17}$`).test(id),
        `vpc.${of} '${id}' is no id as ${prefix}-0123456789abcdef0`,
      )
    }
  }
  all('vpcId', [vpc.vpcId], 'vpc')
  all('subnetIds', subnetIds, 'subnet')
  all('routeTableIds', routeTableIds ?? [], 'rtb')
  const of = (what: string, count: number) =>
    must(
      count === subnetIds.length,
      `vpc has ${subnetIds.length} subnetIds and ${count} ${what}: give one for each subnet`,
    )
  of('availabilityZones', availabilityZones.length)
  if (routeTableIds) of('routeTableIds', routeTableIds.length)
  must(
    endpoints.includes('s3') === (routeTableIds !== undefined),
    "vpc.routeTableIds are those that the endpoint of S3 is put into: give them with endpoints: ['s3']",
  )
  must(subnetIds.length > 0, 'vpc.subnetIds names none')
  must(
    warehouse.kind !== 'new' || new Set(availabilityZones).size >= 3,
    'a new warehouse asks for subnets in three availability zones: give vpc more, or leave it out',
  )
}

function checkSources({ vpc, sources = {} }: Stage, graph: Graph, must: Must): void {
  const known = new Map(
    tablesOf(graph).flatMap((table) => {
      const source = sourceOf(table)
      return source ? [[source.name, source] as const] : []
    }),
  )
  for (const [name, config] of Object.entries(sources)) {
    const source = known.get(name)
    must(
      source !== undefined,
      `sources.${name} is a source of no table: ${namesLike([name], [...known.keys()])}`,
    )
    must(
      config.secret === undefined || source?.secret !== undefined,
      `sources.${name}.secret '${config.secret}': this source has no secret`,
    )
    must(
      !config.inVpc || vpc !== undefined,
      `sources.${name}.inVpc: say with vpc which VPC that is, or { kind: 'new' }`,
    )
    must(
      config.securityGroupIds === undefined || config.inVpc === true,
      `sources.${name}.securityGroupIds serves nothing without inVpc: true`,
    )
    for (const id of config.securityGroupIds ?? []) {
      must(
        /^sg-[0-9a-f]{8,17}$/.test(id),
        `sources.${name}.securityGroupIds '${id}' is no id as sg-…`,
      )
    }
  }
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return true
  } catch {
    return false
  }
}

/** Whether clocks change in the course of a year. */
function hasSummer(timeZone: string): boolean {
  const offset = (month: number) =>
    new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
      .formatToParts(Date.UTC(2026, month, 15))
      .find(({ type }) => type === 'timeZoneName')?.value
  return offset(0) !== offset(6)
}
