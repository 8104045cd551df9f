/** A backend of TF.js has no code for an operation of the model, or none for its types; another one may have. */
export class MissingKernel extends Error {
  /** As TF.js names it: `Einsum`. */
  readonly kernel: string
  readonly backend: string

  constructor(kernel: string, backend: string, cause?: unknown) {
    super(`TF.js has no ${kernel} for its ${backend} backend.`, { cause })
    this.name = 'MissingKernel'
    this.kernel = kernel
    this.backend = backend
  }
}
