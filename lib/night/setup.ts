import { Failure, transient } from '../error.ts'
import type { Warehouse } from '../redshift/client.ts'
import { applySetup, type Password } from '../redshift/setup/apply.ts'
import type { Login, Step } from '../redshift/setup/step.ts'
import { log } from './log.ts'

/** A set-up as the template has it: CloudFormation makes text of its numbers. */
export interface SetupProperties {
  readonly Steps: readonly (Omit<Step, 'version'> & { readonly version: number | string })[]
  /** The ARNs of the secrets of the users that it makes. */
  readonly Secrets: Readonly<Record<Login, string>>
}

/** Applies the set-up of a warehouse as its administrator. Throws as `applySetup` does, or a SourceRefused. */
export async function setUpWarehouse(
  warehouse: Warehouse,
  { Steps, Secrets }: SetupProperties,
): Promise<void> {
  const passwords = {
    usher: await readPassword('usher', Secrets.usher),
    looker: await readPassword('looker', Secrets.looker),
  }
  const steps = Steps.map((step) => ({ ...step, version: Number(step.version) }))
  const { applied, left } = await applySetup(warehouse, steps, passwords)
  log('set up', { applied, left })
}

async function readPassword(login: Login, SecretId: string): Promise<Password> {
  const { SecretsManager } = await import('@aws-sdk/client-secrets-manager')
  const { SecretString = '', VersionId = '' } = await new SecretsManager()
    .getSecretValue({ SecretId })
    .catch((error: Error) => {
      throw transient(`the secret ${SecretId} could not be read: ${error.name}`, error)
    })
  const { username, password } = parse(SecretString)
  if (username === login && password) return { password, version: VersionId }
  const problem = `the secret ${SecretId} is of the user '${username}', and the set-up makes '${login}'`
  throw new Failure('SourceRefused', `${problem}: give it that username, and a password`)
}

/** The parser's own message would quote the secret. */
function parse(text: string): Readonly<Record<string, string | undefined>> {
  try {
    return JSON.parse(text)
  } catch {
    throw new Failure('SourceRefused', 'a secret of the set-up is not JSON')
  }
}
