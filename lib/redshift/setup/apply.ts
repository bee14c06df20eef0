import { Failure } from '../../error.ts'
import { identifier } from '../../table/sql.ts'
import { StatementError, type Warehouse } from '../client.ts'
import { changes } from '../schema.ts'
import { passwordHash } from './password.ts'
import { digestOf, type Login, PASSWORD, type Step } from './step.ts'
import { type Applied, appliedSteps, recordSteps, setup } from './table.ts'

/** A password, and what tells it from the one before. */
export interface Password {
  readonly password: string
  readonly version: string
}

/** What became of the steps of a set-up, by their names. */
export interface Outcome {
  readonly applied: readonly string[]
  /** What was there already, and has been left as it is. */
  readonly left: readonly string[]
}

/**
 * Applies what has not been applied of a set-up, each step in a transaction with the row that says so.
 * Throws a WarehouseRefused that names the step and its statement; what came before it stays.
 */
export async function applySetup(
  warehouse: Warehouse,
  steps: readonly Step[],
  passwords: Readonly<Record<Login, Password>>,
): Promise<Outcome> {
  const done = await begin(warehouse)
  const applied: string[] = []
  const left: string[] = []
  for (const step of steps) {
    const password = step.passwordOf && passwords[step.passwordOf]
    const digest = digestOf(step, password?.version)
    if (done.get(step.name)?.digest === digest) continue
    if (step.alters && done.get(step.alters)?.made !== true) continue
    const isThere = step.unless !== undefined && (await finds(warehouse, step.unless))
    const made = !isThere || done.get(step.name)?.made === true
    const statements = isThere ? [] : step.statements.map((text) => withPassword(text, password))
    const record = recordSteps([{ step, made, passwordVersion: password?.version }])
    await run(warehouse, step, [...statements, record], digest)
    done.set(step.name, { digest, made })
    if (isThere) left.push(step.name)
    else applied.push(step.name)
  }
  return { applied, left }
}

/** Makes the table that says what has been applied, where there is none; gives what it says. */
async function begin(warehouse: Warehouse): Promise<Map<string, Applied>> {
  const name = 'the table of the set-up'
  await run(warehouse, { version: 1, name, statements: beginning }, beginning, 'table')
  return appliedSteps(warehouse)
}

/** What comes before all steps. */
export const beginning: readonly string[] = [
  `create schema if not exists ${identifier(setup.schema)}`,
  ...changes(setup, []),
]

const finds = async (warehouse: Warehouse, text: string): Promise<boolean> =>
  (await warehouse.query({ text, parameters: {} })).length > 0

const withPassword = (text: string, password: Password | undefined): string =>
  password ? text.replace(PASSWORD, passwordHash(password.password)) : text

async function run(
  warehouse: Warehouse,
  step: Step,
  statements: readonly string[],
  digest: string,
): Promise<void> {
  try {
    await warehouse.transaction(
      `usher setup ${digest}`,
      statements.map((text) => ({ text, parameters: {} })),
    )
  } catch (error) {
    if (!(error instanceof StatementError)) throw error
    // As the step has it: without what stands for a password.
    const statement = step.statements[error.index] ?? 'insert into "usher"."setup"'
    const problem = `the set-up of the warehouse stopped at '${step.name}': ${error.message}: ${statement}`
    const help = 'What came before it stays: see to it as an administrator, and deploy again.'
    throw new Failure('WarehouseRefused', `${problem}. ${help}`, { cause: error })
  }
}
