declare module 'asl-validator' {
  /** Checks a state machine against the schemas of the Amazon States Language. */
  export default function validate(
    definition: object,
    options?: { checkPaths?: boolean; checkArn?: boolean },
  ): { isValid: boolean; errors: readonly unknown[] }
}
