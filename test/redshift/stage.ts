import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { bucketOf } from '../../lib/manifest/bucket.ts'
import { loads } from '../../lib/redshift/audit.ts'
import { warehouseOf } from '../../lib/redshift/client.ts'
import { prepareTable } from '../../lib/redshift/schema.ts'
import { startRedshift } from '../../local/redshift/redshift.ts'
import { startS3 } from '../../local/services/s3.ts'

/** A bucket and a warehouse with the tables of Usher's own, in a new folder. */
export async function startWarehouse() {
  const directory = mkdtempSync(join(tmpdir(), 'usher-warehouse-test-'))
  const s3 = await startS3(join(directory, 's3'), ['staging'])
  const file = join(directory, 'warehouse.duckdb')
  const redshift = await startRedshift({ file, s3: s3.client })
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new RedshiftDataClient({
    ...{ endpoint: redshift.url, region: 'us-east-1', credentials },
  })
  const warehouse = warehouseOf({ workgroup: 'test', database: 'warehouse' }, client)
  const schema = { text: 'create schema if not exists "usher"', parameters: {} }
  await warehouse.transaction('schema', [schema])
  await prepareTable(warehouse, loads)
  return {
    s3,
    bucket: bucketOf('staging', s3.client),
    warehouse,
    async stop() {
      await redshift.close()
      await s3.stop()
      rmSync(directory, { recursive: true })
    },
  }
}

export type WarehouseStage = Awaited<ReturnType<typeof startWarehouse>>
