import { Failure } from '../lib/error.ts'
import { nightOptions } from './deployed/options.ts'
import { stageNamed } from './stages/named.ts'
import type { Command } from './usher.ts'
import { loadGraph } from './warehouse.ts'

export const setupCommand: Command = {
  usage: 'setup --print [--stage S]',
  summary: 'Prints the SQL that sets the warehouse up: roles, users, schemas.',
  help: `A deploy applies it to a new warehouse, and to one whose stage has the secret of
an administrator. Where it has not, an administrator runs what this prints.

  npx usher setup --print > setup.sql

It asks nothing of AWS, and holds no password: docs/warehouse-setup.md says what
to put in place of them, and what each role and user may do.

  --stage  of bin/stages; the first unless said`,
  options: { print: { type: 'boolean', default: false }, stage: nightOptions.stage },
  async run(words, { print, stage: name }) {
    if (words.length > 0 || !print) {
      throw new Failure('BadInput', 'only --print is known: a deploy sets the warehouse up')
    }
    const stage = stageNamed(name)
    // With it comes the CDK, which takes other commands a second.
    const { printedSetup } = await import('../lib/stacks/setup.ts')
    process.stdout.write(printedSetup(stage, await loadGraph()))
    return 0
  },
}
