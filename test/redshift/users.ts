import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { warehouseOf } from '../../lib/redshift/client.ts'
import { startRedshift } from '../../local/redshift/redshift.ts'

/** A warehouse in a new file, as the administrator, the functions and Looker see it. */
export async function startUsers() {
  const directory = mkdtempSync(join(tmpdir(), 'usher-setup-test-'))
  const redshift = await startRedshift({
    ...{ file: join(directory, 'warehouse.duckdb'), s3: undefined as never },
    users: { ofUsher: 'usher', ofLooker: 'looker' },
  })
  const client = new RedshiftDataClient({
    ...{ endpoint: redshift.url, region: 'us-east-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const as = (secret: string) =>
    warehouseOf({ workgroup: 'test', database: 'warehouse', secret }, client)
  return {
    ...{ administrator: as('ofAdministrator'), usher: as('ofUsher'), looker: as('ofLooker') },
    async stop() {
      await redshift.close()
      rmSync(directory, { recursive: true })
    },
  }
}
