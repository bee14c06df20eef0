import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  type Functions,
  machineArn,
  type Subject,
  serve,
  task,
  thrown,
} from '../local/step-functions/machines.ts'

export const NIGHT = 'usher-dev-night'
export const PART = 'usher-dev-night-part-1'

/** What a state of a table is given. */
export interface Given {
  readonly table: string
  readonly date: string
  readonly outcome?: string
}

const about = (table: string) => ({
  table,
  ...{ 'date.$': '$.date', 'run.$': '$.run', 'tables.$': '$.tables', 'force.$': '$.force' },
})

/** The states of a table, as a deployed night has them. */
function tableStates(table: string, verbs: readonly string[]): object {
  const failed = `${table} failed`
  const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: failed }]
  const Retry = [{ ErrorEquals: ['Transient'], IntervalSeconds: 1, MaxAttempts: 1, BackoffRate: 1 }]
  const name = (at: number) => `${verbs[at]} ${table}`
  const states = verbs.map((verb, at) => [
    name(at),
    task(verb.toLowerCase(), {
      ...(at === 0 ? { Parameters: about(table) } : { InputPath: '$.task' }),
      ...{ ResultPath: '$.task', Catch, Retry },
      ...(at === verbs.length - 1 ? { End: true } : { Next: name(at + 1) }),
    }),
  ])
  const Parameters = { ...about(table), 'error.$': '$.error' }
  const note = task('note', { Parameters, ResultPath: null, End: true })
  return { StartAt: name(0), States: { ...Object.fromEntries(states), [failed]: note } }
}

const part = {
  StartAt: 'Part 1',
  States: {
    'Part 1': {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Parameters: { StateMachineArn: machineArn(PART), 'Input.$': '$' },
      ResultPath: null,
      End: true,
    },
  },
}

/** A night of three tables, one of them in a part of its own. */
const night = {
  StartAt: 'Prepare',
  States: {
    Prepare: task('prepare', {
      Parameters: { 'input.$': '$$.Execution.Input', 'run.$': '$$.Execution.Name' },
      Next: 'Tables',
    }),
    Tables: {
      Type: 'Parallel',
      Branches: [
        tableStates('events', ['Extract', 'Load']),
        tableStates('orders', ['Extract', 'Load']),
        part,
      ],
      ResultPath: null,
      Next: 'Report',
    },
    Report: task('report', { Next: 'Night complete' }),
    'Night complete': { Type: 'Succeed' },
  },
}

/** What a test changes of the functions of a night. */
export interface Changes {
  /** Called as a table is extracted; what it throws fails the extract. */
  extracting: (given: Given) => unknown
  /** Called as the command line asks AWS something; what it gives is the answer, if it gives one. */
  asking: (operation: string, body: Readonly<Record<string, string>>) => Answer | undefined
}

/** What AWS answers: an error, where it has `__type`. */
type Answer = Readonly<Record<string, unknown>>

export interface Deployed extends Subject {
  readonly changes: Changes
  /** Runs the command line as a person would who has credentials for the stand-in. */
  usher(...args: string[]): Running
}

/** The lines that a terminal of 80 columns would break. */
export const tooWide = (output: string): string[] =>
  output.split('\n').filter((line) => line.length > 80)

/** A deployed night, whose functions are fast and do nothing. */
export async function deploy(): Promise<Deployed> {
  const changes: Changes = { extracting: () => {}, asking: () => undefined }
  const broken = new Map<string, string[]>()
  const functions: Functions = {
    prepare: ({ input, run }: { input: { date?: string; tables?: string[] }; run: string }) => {
      const { date = '2026-11-22', tables = [] } = input
      broken.set(run, [])
      return { date, run, tables, force: false }
    },
    extract: async ({ tables, run, ...given }: Given & { tables: string[]; run: string }) => {
      const { table, date } = given
      if (tables.length > 0 && !tables.includes(table)) {
        return { table, date, run, outcome: 'not asked for' }
      }
      await changes.extracting(given)
      return { table, date, run, outcome: 'extracted', rows: 1200, bytes: 34_000, seconds: 2 }
    },
    load: (given: Given) => {
      if (given.outcome !== 'extracted') return given
      return { ...given, outcome: 'loaded', rows: 1200, seconds: 3 }
    },
    note: ({ table, run, error }: { table: string; run: string; error: { Cause: string } }) => {
      const { errorMessage } = JSON.parse(error.Cause) as { errorMessage: string }
      broken.get(run)?.push(`${table} failed: ${errorMessage}`)
    },
    report: ({ date, run }: { date: string; run: string }) => {
      const failed = broken.get(run) ?? []
      if (failed.length === 0) return {}
      const lines = [`${failed.length} of 3 tables are not complete for ${date}.`, ...failed]
      throw thrown('NightIncomplete', lines.join('\n'))
    },
  }
  const subject = await serve(
    { [NIGHT]: night, [PART]: tableStates('users', ['Extract', 'Load']) },
    functions,
  )
  const between = await stand(subject.stepFunctions.url, changes)
  const home = mkdtempSync(join(tmpdir(), 'usher-deployed-test-'))
  return {
    ...subject,
    stepFunctions: {
      ...subject.stepFunctions,
      async stop() {
        between.closeAllConnections()
        between.close()
        await subject.stepFunctions.stop()
      },
    },
    changes,
    usher: (...args) =>
      run(args, {
        USHER_HOME: home,
        HOME: home,
        AWS_ENDPOINT_URL_SFN: `http://127.0.0.1:${(between.address() as AddressInfo).port}`,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_EC2_METADATA_DISABLED: 'true',
      }),
  }
}

/** Stands between the command line and AWS, and may answer in its place. */
async function stand(url: string, changes: Changes): Promise<Server> {
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const target = String(request.headers['x-amz-target'])
    const type = 'application/x-amz-json-1.0'
    const answer = changes.asking(target.split('.')[1] ?? '', JSON.parse(body))
    if (answer) {
      response.writeHead(answer.__type ? 400 : 200, { 'content-type': type })
      response.end(JSON.stringify(answer))
      return
    }
    const headers = { 'x-amz-target': target, 'content-type': type }
    const passed = await fetch(url, { method: 'POST', headers, body })
    response.writeHead(passed.status, { 'content-type': type })
    response.end(await passed.text())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return server
}

export interface Running {
  readonly child: ChildProcess
  /** What it has written by now. */
  text(): string
  /** Waits until it has written something. */
  says(text: string): Promise<void>
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>
}

/** Runs the command line with an environment of its own. */
export function run(args: readonly string[], env: NodeJS.ProcessEnv): Running {
  const bin = resolve('node_modules/.bin')
  const child = spawn(join(bin, 'node'), ['bin/usher.ts', ...args], {
    env: { PATH: `${bin}:${process.env.PATH}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = new Promise<{ code: number | null; output: string }>((settle) =>
    child.once('close', (code) => settle({ code, output })),
  )
  return {
    child,
    text: () => output,
    async says(text) {
      while (!output.includes(text)) {
        if (child.exitCode !== null) throw new Error(`it ended without saying ${text}:\n${output}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    ended,
  }
}
