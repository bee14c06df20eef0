import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'

/** How esbuild bundles a function, in CDK's words. */
export const bundling = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  // Google's client tells its numbers by the name of their class.
  keepNames: true,
  sourceMap: true,
  sourcesContent: false,
  // The SDK in the runtime may be too old for the Data API's newer fields.
  bundleAwsSDK: true,
  // CommonJS inside an ES module asks for `require`.
  banner:
    "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
  // Google's client asks for this too, if only to say where files lie that are not read.
  define: { __dirname: 'import.meta.dirname' },
} satisfies BundlingOptions
