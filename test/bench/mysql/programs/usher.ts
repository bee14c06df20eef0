/** Extracts a table as a function would, to STAGING_URL or, without one, to nowhere. */
import { S3Client } from '@aws-sdk/client-s3'
import { type Bucket, bucketOf } from '../../../../lib/manifest/bucket.ts'
import { extract } from '../../../../lib/manifest/extract.ts'
import { thePacking } from '../../../../lib/night/environment.ts'
import { definition } from '../../../../lib/table/definition.ts'
import { peakOf } from '../../peak.ts'
import { mirrorOf } from '../table.ts'

/** A bucket that takes everything and keeps nothing. */
const nowhere: Bucket = {
  ...bucketOf('nowhere'),
  async put() {},
  async upload(_key, body) {
    for await (const _ of body);
    return 'etag'
  },
}

const [table = 'orders', prefix = 'staging'] = process.argv.slice(2)
const endpoint = process.env.STAGING_URL
const found = await extract({
  table: mirrorOf(table)[definition],
  date: '2026-11-23',
  bucket: endpoint
    ? bucketOf('staging', new S3Client({ endpoint, forcePathStyle: true }))
    : nowhere,
  prefix,
  packing: thePacking(),
  signal: new AbortController().signal,
})
console.log(JSON.stringify({ rows: found?.rows, bytes: found?.bytes, peak: peakOf('self') }))
process.exit()
