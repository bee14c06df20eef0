import { asUser } from './data.ts'

export interface Where {
  readonly data: string
  readonly port: number
  readonly socketFolder: string
  readonly initFile: string
}

/** The server's command line: MariaDB and MySQL both know it, and skip what is `loose`. */
export const serverOptions = ({ data, port, socketFolder, initFile }: Where): string[] => [
  '--no-defaults',
  ...asUser(),
  `--datadir=${data}`,
  `--port=${port}`,
  '--bind-address=127.0.0.1',
  `--socket=${socketFolder}/mysql.sock`,
  `--pid-file=${socketFolder}/mysql.pid`,
  // A server that starts deletes what others have in the same folder for temporary tables.
  `--tmpdir=${socketFolder}`,
  `--init-file=${initFile}`,
  '--skip-name-resolve',
  '--loose-mysqlx=OFF', // MySQL's second protocol would listen on a port of its own
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_unicode_ci',
  '--default-time-zone=+00:00',
  '--loose-explicit-defaults-for-timestamp=ON',
  '--max-allowed-packet=64M',
  '--max-connections=40',
  ...FAST,
]

/** The data can be made again in seconds, so nothing is done to make it survive a power cut. */
const FAST = [
  '--skip-log-bin',
  '--innodb-flush-log-at-trx-commit=0',
  '--loose-innodb-doublewrite=OFF',
  '--innodb-buffer-pool-size=128M',
  '--loose-innodb-buffer-pool-dump-at-shutdown=OFF',
  '--loose-innodb-buffer-pool-load-at-startup=OFF',
  '--loose-performance-schema=OFF',
]
