import { Failure, messageOf, transient } from '../../error.ts'
import type { Source } from '../../table/origin.ts'

/** What was being done: the listing of the bucket, or the reading of a file by its URL. */
export interface Doing {
  readonly source: Source
  readonly url?: string
}

interface AwsError extends Error {
  readonly code?: string
  readonly $fault?: string
  readonly $retryable?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** What the network and a busy S3 call themselves. */
const PASSING =
  /ECONN(RESET|REFUSED|ABORTED)|EPIPE|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN|PREMATURE_CLOSE|Throttl|SlowDown|TooManyRequests|RequestTimeout|TimeoutError/

/** Whether the network or a busy S3 is at fault, so that another try may do. */
export function isPassing(error: unknown): boolean {
  const { name, code, message, $fault, $retryable, $metadata } = error as AwsError
  const { httpStatusCode: status = 0 } = $metadata ?? {}
  if ($fault === 'server' || $retryable !== undefined || status === 429 || status >= 500)
    return true
  return PASSING.test(`${name} ${code} ${message}`)
}

/** S3's error as one sentence that says where, and what to do. */
export function explain(error: unknown, { source, url }: Doing): Failure {
  if (error instanceof Failure) return error
  const { name, bucket } = { name: source.name, bucket: source.bucket ?? '' }
  const there = url ?? `the bucket ${bucket}`
  const message = messageOf(error)
  const refused = (sentence: string) =>
    new Failure('SourceRefused', `${name}: ${sentence}`, { cause: error })
  switch ((error as Error).name) {
    case 'NoSuchBucket':
      return refused(`there is no bucket ${bucket}`)
    case 'AccessDenied': {
      const need = url
        ? `s3:GetObject on arn:aws:s3:::${bucket}/*, and kms:Decrypt if a key of yours encrypts it`
        : `s3:ListBucket on arn:aws:s3:::${bucket}`
      const sentence = `${there} may not be ${url ? 'read' : 'listed'}: this function's role needs`
      return refused(`${sentence} ${need}, and the bucket's policy may not refuse it (${message})`)
    }
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
      return refused(`the bucket ${bucket} is in another region than Usher (${message})`)
    case 'InvalidObjectState':
      return refused(`${there} is archived: restore it, or leave it out by its path`)
    case 'PreconditionFailed':
    case 'NoSuchKey':
      return transient(`${name}: ${there} has changed since it was listed`, error)
  }
  return isPassing(error)
    ? transient(`${name}: ${there}: ${message}`, error)
    : refused(`${there}: ${message}`)
}
