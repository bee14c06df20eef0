declare module 'lookml-parser' {
  /** A block of LookML: its parameters, and by their kinds and names the blocks in it. */
  interface Parsed {
    readonly [parameter: string]: unknown
  }
  const parser: {
    /** Throws an object with a toString() where the text is no LookML. */
    parse(text: string): Parsed
    /** Every file that a pattern finds, and the models with all that they include. */
    parseFiles(options: {
      source: string
      cwd: string
      transformations: { applyExtensionsRefinements: boolean }
    }): Promise<{
      readonly errors?: readonly unknown[]
      readonly model: Readonly<Record<string, Parsed>>
    }>
  }
  export default parser
}
