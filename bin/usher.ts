#!/usr/bin/env node
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { messageOf } from '../lib/error.ts'
import { graphCommand } from './graph.ts'
import { mirrorCommand } from './mirror.ts'
import { nightCommand } from './night.ts'
import { sqlCommand } from './sql.ts'

/** One verb of the command line. */
export interface Command {
  readonly usage: string
  readonly summary: string
  readonly help: string
  readonly options?: ParseArgsConfig['options']
  /** Gives the exit code. */
  run(words: readonly string[], options: Record<string, unknown>): Promise<number>
}

const commands: Readonly<Record<string, Command>> = {
  night: nightCommand,
  sql: sqlCommand,
  graph: graphCommand,
  mirror: mirrorCommand,
}

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
    console.log(`usage: npx usher ${command.usage}\n\n${command.help}`)
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
  const lines = Object.values(commands).flatMap(({ usage, summary }) => [
    `  npx usher ${usage}`,
    `      ${summary}`,
  ])
  return `Usher fills a Redshift warehouse every night. On this machine:

${lines.join('\n')}

npx usher COMMAND --help says more of each. What a night leaves is in .usher/;
delete it to start afresh. To deploy: npx cdk deploy --all (see the README).`
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`usher: ${messageOf(error)}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
