/** `npm run test:fuzz -- 60`: tries properties of what may be hostile, each for so many seconds. */
import { spawnSync } from 'node:child_process'

const seconds = Number(process.argv[2] ?? 30)
if (!(seconds > 0)) throw new Error(`'${process.argv[2]}' is no number of seconds`)
const { status } = spawnSync(
  'node_modules/.bin/jest',
  ['--runInBand', `--testTimeout=${(seconds + 60) * 1000}`, 'test/fuzz'],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      FUZZ_SECONDS: `${seconds}`,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    },
  },
)
process.exitCode = status ?? 1
