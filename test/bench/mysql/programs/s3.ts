/** An S3 of its own process, in memory; prints its URL and serves until it is ended. */
import { startS3 } from '../../../../local/services/s3.ts'

const { url } = await startS3('/nonexistent', ['staging'])
console.log(url)
