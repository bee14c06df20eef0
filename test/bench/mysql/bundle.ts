import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { bundling } from '../../../lib/constructs/bundling.ts'

/** Bundles a program of `programs/` as functions are bundled. */
export function bundle(file: string, folder: string): string {
  const outfile = join(folder, `${basename(file, '.ts')}.mjs`)
  const { sourceMap, banner, bundleAwsSDK: _, ...same } = bundling
  buildSync({
    ...same,
    entryPoints: [fileURLToPath(new URL(`./programs/${file}`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    sourcemap: sourceMap,
    banner: { js: banner },
    logLevel: 'error',
  })
  return outfile
}
