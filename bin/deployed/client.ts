import { SFNClient } from '@aws-sdk/client-sfn'
import { Failure, messageOf } from '../../lib/error.ts'

/** Milliseconds; without the last, what takes longer than it may is waited for all the same. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true }

/** Step Functions, whose refusals are said in words that tell what to do. */
export function stepFunctions(region: string | undefined): SFNClient {
  const client = new SFNClient({ region, maxAttempts: 6, requestHandler: TIMEOUTS })
  client.middlewareStack.add(
    (next) => async (given) => {
      try {
        return await next(given)
      } catch (error) {
        throw explained(error)
      }
    },
    { step: 'initialize', name: 'explain' },
  )
  return client
}

const EXPIRED =
  /^(ExpiredToken|RequestExpired|UnrecognizedClient|InvalidClientTokenId|InvalidSignature)/
const DISCONNECTED = /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|TimeoutError/

const THROTTLED = /^(Throttling|TooManyRequests|RequestLimitExceeded)|Rate exceeded/

function explained(error: unknown): unknown {
  const { name = '', code = '' } = error as { name?: string; code?: string }
  const text = messageOf(error)
  const refused = (sentence: string) => new Failure('SourceRefused', sentence, { cause: error })
  if (name === 'CredentialsProviderError') {
    return refused(
      'there are no AWS credentials: log in (aws sso login), or name a profile, as in AWS_PROFILE=warehouse npx usher status',
    )
  }
  if (text.startsWith('Region is missing')) {
    return refused('no AWS region is set: give the stage one in bin/stages, or set AWS_REGION')
  }
  if (THROTTLED.test(name) || THROTTLED.test(text)) {
    const problem = `AWS is asked too often (${text}): try again in a minute, with fewer nights at once`
    return new Failure('Transient', problem, { cause: error })
  }
  if (name === 'AccessDeniedException') return refused(`AWS does not allow this: ${text}`)
  if (EXPIRED.test(name))
    return refused(`AWS does not take the credentials (${text}): log in again`)
  if (DISCONNECTED.test(`${name} ${code}`)) {
    return refused(`AWS cannot be reached (${text || code}): try again once it can`)
  }
  return error
}
