import { invalidModel } from '../../../core/errors.ts'
import type { compileAgain as compileAnywhere } from './compile-again.ts'

/** The compiled model of an image is a file of it, and does not go away. */
export const compileAgain: typeof compileAnywhere = async (directory) => {
  throw invalidModel(`The compiled model of '${directory}' is not in this image any more: build it again.`, {
    details: { directory },
  })
}
