/** `npm run wasm`: compiles the transcoder of MySQL's rows; a test holds that this was done. */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { main } from 'assemblyscript/asc'

const wire = resolve(import.meta.dirname, '../lib/source/mysql/wire')

/** The module that holds what the transcoder's source compiles to. */
export async function compiled(): Promise<string> {
  const source = readFileSync(`${wire}/assembly/transcode.ts`, 'utf8')
  let code = Buffer.alloc(0)
  const options = ['-O3', '--runtime', 'stub', '--importMemory', '--enable', 'simd', '--noAssert']
  const { error, stderr } = await main(
    ['transcode.ts', '--outFile', 'transcode.wasm', ...options],
    {
      readFile: (name) => (name === 'transcode.ts' ? source : null),
      writeFile: (name, contents) => {
        if (name === 'transcode.wasm') code = Buffer.from(contents)
      },
      listFiles: () => [],
    },
  )
  if (error) throw new Error(`${error.message}\n${stderr}`)
  return `/** Of assembly/transcode.ts, by \`npm run wasm\`. */
export const wasm =
  '${code.toString('base64')}'
`
}

export const file = `${wire}/transcode.wasm.ts`

if (import.meta.main) writeFileSync(file, await compiled())
