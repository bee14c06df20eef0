import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

/** Bundles a program of `programs/` as `lib/constructs/task-function.ts` has functions bundled. */
export function bundle(file: string, folder: string): string {
  const outfile = join(folder, `${basename(file, '.ts')}.mjs`)
  buildSync({
    entryPoints: [fileURLToPath(new URL(`./programs/${file}`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
    banner: {
      js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
    },
    define: { __dirname: 'import.meta.dirname' },
  })
  return outfile
}
