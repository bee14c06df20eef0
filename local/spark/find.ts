import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { places, programs } from '../server/programs.ts'

/** A Spark that runs here. */
export interface Spark {
  /** The program spark-submit. */
  readonly submit: string
  /** The Python that it is to run scripts with, where that is known. */
  readonly python?: string
}

const run = promisify(execFile)

/** How a person gets Spark. */
export const HELP = `Spark needs Java, and PySpark of the version that EMR has. Get both:
  sudo apt-get install -y default-jre-headless
  python3 -m venv .usher/python
  .usher/python/bin/pip install 'pyspark==3.5.*'
  PATH=$PWD/.usher/python/bin:$PATH npm run night`

/** The Spark of Python's package, or else a spark-submit on PATH; undefined where none runs. */
export async function findSpark(): Promise<Spark | undefined> {
  for (const spark of [await ofPython(), ...onPath()]) {
    if (spark && (await runs(spark))) return spark
  }
  return undefined
}

async function ofPython(): Promise<Spark | undefined> {
  const question = 'import pyspark, sys; print(pyspark.__file__); print(sys.executable)'
  try {
    const { stdout } = await run('python3', ['-c', question])
    const [file = '', python = ''] = stdout.trim().split('\n')
    return { submit: join(dirname(file), 'bin', 'spark-submit'), python }
  } catch {
    return undefined
  }
}

const onPath = (): Spark[] => programs('spark-submit', places()).map((submit) => ({ submit }))

/** Whether it starts: without Java it does not. */
async function runs({ submit, python }: Spark): Promise<boolean> {
  try {
    await run(submit, ['--version'], { env: environmentOf({ submit, python }) })
    return true
  } catch {
    return false
  }
}

/** What Spark is told of the machine: nothing of the credentials that lie about there. */
export const environmentOf = ({ python }: Spark): NodeJS.ProcessEnv => ({
  PATH: python ? `${dirname(python)}:${process.env.PATH}` : process.env.PATH,
  HOME: process.env.HOME,
  ...(process.env.JAVA_HOME && { JAVA_HOME: process.env.JAVA_HOME }),
  ...(python && { PYSPARK_PYTHON: python }),
  // Else it looks up the machine's own name, which may take long.
  SPARK_LOCAL_IP: '127.0.0.1',
  SPARK_LOCAL_HOSTNAME: 'localhost',
})
