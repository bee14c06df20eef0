#!/usr/bin/env node
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { messageOf } from '../lib/error.ts'
import { wrap } from '../local/display.ts'
import { backfillCommand } from './backfill.ts'
import { durationsCommand } from './durations.ts'
import { graphCommand } from './graph.ts'
import { lookmlCommand } from './lookml.ts'
import { mirrorCommand } from './mirror.ts'
import { nightCommand } from './night.ts'
import { planCommand } from './plan.ts'
import { setupCommand } from './setup.ts'
import { sqlCommand } from './sql.ts'
import { startCommand } from './start.ts'
import { statusCommand } from './status.ts'

/** One verb of the command line. */
export interface Command {
  readonly usage: string
  readonly summary: string
  readonly help: string
  readonly options?: ParseArgsConfig['options']
  /** Gives the exit code. */
  run(words: readonly string[], options: Record<string, unknown>): Promise<number>
}

type Commands = Readonly<Record<string, Command>>

const here: Commands = {
  night: nightCommand,
  sql: sqlCommand,
  graph: graphCommand,
  mirror: mirrorCommand,
  plan: planCommand,
  lookml: lookmlCommand,
}

const deployed: Commands = {
  start: startCommand,
  status: statusCommand,
  backfill: backfillCommand,
  durations: durationsCommand,
  setup: setupCommand,
}

const commands: Commands = { ...here, ...deployed }

/** A mistake in how a command was called. */
class UsageError extends Error {}

async function main([verb = '', ...rest]: readonly string[]): Promise<number> {
  if (['', 'help', '--help', '-h'].includes(verb)) {
    console.log(overview())
    return 0
  }
  const command = commands[verb]
  if (!command) throw new UsageError(`there is no command '${verb}'; see npx usher --help`)
  if (rest.includes('--help') || rest.includes('-h')) {
    const usage = wrap(`usage: npx usher ${command.usage}`, '       ')
    console.log(`${usage.join('\n')}\n\n${command.help}`)
    return 0
  }
  try {
    const { positionals, values } = parseArgs({
      args: [...rest],
      options: command.options ?? {},
      allowPositionals: true,
    })
    return await command.run(positionals, values)
  } catch (error) {
    if (!String((error as { code?: string }).code).startsWith('ERR_PARSE_ARGS')) throw error
    throw new UsageError(`${messageOf(error).split('. ')[0]}; see npx usher ${verb} --help`)
  }
}

function overview(): string {
  const list = (commands: Commands) =>
    Object.values(commands)
      .flatMap(({ usage, summary }) => [
        ...wrap(`  npx usher ${usage}`, '    '),
        `      ${summary}`,
      ])
      .join('\n')
  return `Usher fills a Redshift warehouse every night. On this machine:

${list(here)}

In AWS, where npx cdk deploy has put it (see docs/deploy.md):

${list(deployed)}

npx usher COMMAND --help says more of each. What a night on this machine leaves
is in .usher/; delete it to start afresh.`
}

// Whoever reads may have seen enough, as `| head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const lines = `usher: ${messageOf(error)}`.split('\n')
  const shown = process.stderr.isTTY ? lines.flatMap((line) => wrap(line, '  ')) : lines
  for (const line of shown) console.error(line)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
