/** The value does not fit the signature. Its message becomes part of a ServingError inside this folder. */
export class EnforcementError extends Error {
  override readonly name = 'EnforcementError'
}
