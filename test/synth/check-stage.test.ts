import { describe, expect, it } from '@jest/globals'
import { stages } from '../../bin/stages/index.ts'
import { loadGraph } from '../../bin/warehouse.ts'
import { checkStage } from '../../lib/stacks/check-stage.ts'
import type { Stage } from '../../lib/stacks/stage.ts'

const graph = await loadGraph()
const [dev] = stages as [Stage]
const vpc = {
  kind: 'existing',
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1', 'subnet-0123456789abcdef2'],
} as const
const warehouse = { kind: 'new', database: 'warehouse', baseCapacity: 8 } as const
const cluster = {
  kind: 'cluster',
  cluster: 'analytics',
  database: 'warehouse',
  secretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:redshift/usher-AbCdEf',
  copyRoleArn: 'arn:aws:iam::111122223333:role/redshift-copy',
} as const

const wrong: readonly [Partial<Stage>, string][] = [
  [{ name: 'Prod' }, "name 'Prod'"],
  [{ account: '1111-2222-3333' }, "account '1111-2222-3333' is no number of 12 digits"],
  [{ region: 'Ireland' }, "region 'Ireland' is none: write it as eu-west-1"],
  [{ timeZone: 'New York' }, "timeZone 'New York' is none"],
  [{ startsAt: { hour: 24, minute: 0 } }, 'startsAt 24:0 is no time of day'],
  [{ startsAt: { hour: 2, minute: 30 } }, 'startsAt 2 is an hour that is left out, or comes twice'],
  [{ doneBy: { hour: 6, minute: 75 } }, 'doneBy 6:75 is no time of day'],
  [{ doneBy: { hour: 1, minute: 30 } }, 'doneBy 1 is an hour that is left out, or comes twice'],
  [{ doneBy: dev.startsAt }, 'doneBy is when the night starts'],
  [{ staleAfterDays: 0.5 }, 'staleAfterDays 0.5 is no number of days'],
  [{ doneBy: undefined, staleAfterDays: 3 }, 'staleAfterDays 3 serves nothing without doneBy'],
  [{ runbooks: 'wiki/usher' }, "runbooks 'wiki/usher' is no address"],
  [{ runbooks: 'https://example.com/usher/' }, 'is no address: write it as https://'],
  [{ alarmEmails: ['oncall'] }, "alarmEmails 'oncall' is no address"],
  [{ retention: { logs: 45 } }, 'retention.logs 45 is not among the days that CloudWatch knows'],
  [{ retention: { staging: 0 } }, 'retention.staging 0 is no number of days'],
  [{ warehouse: { ...warehouse, slices: 2.5 } }, 'warehouse.slices 2.5 is no number of slices'],
  [{ warehouse: { ...warehouse, slices: 0 } }, 'warehouse.slices 0 is no number of slices'],
  [{ warehouse: { ...warehouse, readers: '' } }, "warehouse.readers '' is no name of a role"],
  [{ warehouse: { ...warehouse, readers: 'sys:superuser' } }, "'sys:superuser' is no name"],
  [{ warehouse: { ...warehouse, baseCapacity: 10 } }, 'warehouse.baseCapacity 10 is not 4'],
  [{ warehouse: { ...cluster, cluster: 'a.b.redshift.amazonaws.com' } }, 'is no identifier of'],
  [{ warehouse: { ...cluster, secretArn: 'redshift/usher' } }, "'redshift/usher' is no ARN of"],
  [
    { warehouse: { ...cluster, secretArn: cluster.secretArn.replace('-AbCdEf', '') } },
    'must be whole, with the six characters at its end',
  ],
  [{ warehouse: { ...cluster, adminSecretArn: 'admin' } }, "adminSecretArn 'admin' is no ARN of"],
  [{ vpc: { kind: 'new', cidr: '10.0.0.0/8' } }, "vpc.cidr '10.0.0.0/8' is no /16 to /24"],
  [{ vpc: { ...vpc, vpcId: 'main' } }, "vpc.vpcId 'main' is no id as vpc-0123456789abcdef0"],
  [{ vpc: { ...vpc, availabilityZones: ['a', 'b'] } }, '3 subnetIds and 2 availabilityZones'],
  [{ vpc: { ...vpc, availabilityZones: ['a', 'a', 'b'] } }, 'in three availability zones'],
  [
    {
      vpc: {
        ...vpc,
        routeTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1', 'rtb-0123456789abcdef2'],
      },
    },
    'give them with endpoints',
  ],
  [{ sources: { prodution: {} } }, 'sources.prodution is a source of no table: did you mean prod'],
  [{ sources: { production: { inVpc: true } } }, 'sources.production.inVpc: say with vpc which'],
  [{ sources: { code: { secret: 'x' } } }, "sources.code.secret 'x': this source has no secret"],
  [
    { sources: { production: { securityGroupIds: ['sg-0123456789abcdef0'] } } },
    'serves nothing without inVpc: true',
  ],
]

describe('a stage', () => {
  it.each(stages)('may be $name', (stage) => {
    expect(() => checkStage(stage, graph)).not.toThrow()
  })

  it.each([{ timeZone: 'UTC', startsAt: { hour: 2, minute: 0 } }, { vpc }])(
    'may have %j',
    (part) => {
      expect(() => checkStage({ ...dev, ...part }, graph)).not.toThrow()
    },
  )

  it.each(wrong)('is refused with %j', (part, sentence) => {
    const check = () => checkStage({ ...dev, ...part }, graph)
    expect(check).toThrow(sentence)
    expect(check).toThrow(/^the stage \w+: [^\n]{20,200}$/)
  })
})
