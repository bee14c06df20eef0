import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { findServer } from '../../../local/mysql/find.ts'
import { startMarketplace } from '../../../local/mysql/index.ts'
import { places } from '../../../local/server/programs.ts'

describe('finding a server', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'usher-test-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const install = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
    return join(folder, name)
  }

  it('finds none where none is', () => {
    expect(findServer([])).toBeUndefined()
    expect(findServer([folder, '/nowhere'])).toBeUndefined()
  })

  it('looks in the folders of the PATH first, then where servers are kept', () => {
    expect(places('/my/bin:/usr/sbin').slice(0, 2)).toEqual(['/my/bin', '/usr/sbin'])
    expect(places('')).toEqual(expect.arrayContaining(['/usr/sbin', '/usr/libexec']))
  })

  it('knows MySQL by what it says of itself', () => {
    const mysqld = install('mysqld', 'echo "$0  Ver 8.4.3 for Linux on x86_64 (MySQL Community)"')
    expect(findServer([folder])).toEqual({ flavor: 'mysql', version: '8.4', mysqld })
  })

  it('knows MariaDB under the name of mysqld', () => {
    const mysqld = install('mysqld', 'echo "mysqld  Ver 10.5.1-MariaDB for Linux on x86_64"')
    expect(findServer([folder])).toBeUndefined()
    const installDb = install('mysql_install_db', '')
    expect(findServer([folder])).toEqual({ flavor: 'mariadb', version: '10.5', mysqld, installDb })
  })

  it('passes over what does not run', () => {
    install('mariadbd', 'exit 1')
    expect(findServer([folder])).toBeUndefined()
  })

  it('says what went wrong when a data directory could not be made', async () => {
    install(
      'mysqld',
      'case "$2" in --version) echo "Ver 8.4.3";; *) echo "no space"; exit 3;; esac',
    )
    const starting = startMarketplace({ dir: join(folder, 'data'), server: findServer([folder]) })
    await expect(starting).rejects.toThrow(/mysqld ended with 3; its log .+\n {2}no space$/)
  })
})
