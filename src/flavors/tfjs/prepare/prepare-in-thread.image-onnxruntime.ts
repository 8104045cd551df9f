import { invalidModel } from '../../../core/errors.ts'
import type { prepareInThread as compileInThread } from './prepare-in-thread.ts'

/** An image brings what was compiled when it was built, and not the compiler. */
export const prepareInThread: typeof compileInThread = async ({ directory }) => {
  throw invalidModel(
    `The TF.js model in '${directory}' is not the one that this image was built for, and an image cannot compile another: ` +
      'build an image of this model (headrace build-image).',
    { details: { directory } },
  )
}
