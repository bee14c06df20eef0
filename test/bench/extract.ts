/** Extracts a subject's table as a function would, and prints how many rows, how long, how large. */
import { S3Client } from '@aws-sdk/client-s3'
import { bucketOf } from '../../lib/manifest/bucket.ts'
import { extract } from '../../lib/manifest/extract.ts'
import { definition } from '../../lib/table/definition.ts'
import { subjects } from '../source/subjects/index.ts'
import { peakOf } from './peak.ts'

const subject = subjects.find(({ name }) => name === process.argv[2])
if (!subject) throw new Error(`there is no subject ${process.argv[2]}`)
const start = performance.now()
const found = await extract({
  table: subject.whole[definition],
  date: '2026-11-23',
  bucket: bucketOf(
    'staging',
    new S3Client({ endpoint: process.env.STAGING_URL, forcePathStyle: true }),
  ),
  prefix: 'staging/bench',
  signal: new AbortController().signal,
})
const seconds = (performance.now() - start) / 1000
// On Linux, maxRSS counts from before this program began: it is at least that of the parent.
const peak = (peakOf('self') ?? process.resourceUsage().maxRSS * 1024) / 1024 ** 2
console.log(JSON.stringify({ rows: found?.rows, seconds, peak }))
process.exit()
