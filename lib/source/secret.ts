import { Failure, transient } from '../error.ts'

const cache = new Map<string, Promise<unknown>>()

/**
 * The JSON of a Secrets Manager secret, read once in the life of a function: of the one that the stage
 * has in place of `usual`, if it has. Throws a SourceRefused where there is none that may be read.
 */
export function readSecret(usual: string): Promise<unknown> {
  // The stack sets it in functions that read one source.
  const name = process.env.USHER_SECRET ?? usual
  let secret = cache.get(name)
  if (!secret) {
    secret = fetchSecret(name)
    cache.set(name, secret)
    secret.catch(() => cache.delete(name))
  }
  return secret
}

async function fetchSecret(name: string): Promise<unknown> {
  const { SecretsManager } = await import('@aws-sdk/client-secrets-manager')
  const text = await new SecretsManager().getSecretValue({ SecretId: name }).then(
    (answer) => answer.SecretString ?? '',
    (error: Error) => {
      if (error.name === 'ResourceNotFoundException') {
        throw new Failure(
          'SourceRefused',
          `there is no secret ${name}: create it as the README says`,
        )
      }
      if (error.name === 'AccessDeniedException') {
        throw new Failure('SourceRefused', `this function may not read the secret ${name}`)
      }
      throw transient(`the secret ${name} could not be read: ${error.name}`, error)
    },
  )
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message would quote the secret.
    throw new Failure('SourceRefused', `the secret ${name} is not JSON`)
  }
}
