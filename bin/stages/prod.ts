import type { Stage } from '../../lib/stacks/stage.ts'

/**
 * For a company that has a VPC, a replica of MySQL in it, and a Redshift. Every id, ARN and address is
 * an example: put yours in their place, or delete the file and its line in `index.ts`.
 */
export const prod: Stage = {
  name: 'prod',
  account: '111122223333',
  region: 'us-east-1',
  startsAt: { hour: 3, minute: 30 },
  doneBy: { hour: 6, minute: 30 },
  timeZone: 'America/New_York',
  scheduled: true,
  warehouse: {
    kind: 'cluster',
    cluster: 'analytics',
    database: 'warehouse',
    secretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:redshift/usher-AbCdEf',
    copyRoleArn: 'arn:aws:iam::111122223333:role/redshift-copy',
    slices: 4,
    readers: 'usher_reader',
  },
  vpc: {
    kind: 'existing',
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    endpoints: ['s3', 'secretsmanager'],
    routeTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
  },
  sources: {
    production: { inVpc: true },
    search: { inVpc: true },
    sixpack: { inVpc: true, securityGroupIds: ['sg-0123456789abcdef0'] },
  },
  alarmEmails: ['data-oncall@example.com'],
  retention: { logs: 180 },
}
