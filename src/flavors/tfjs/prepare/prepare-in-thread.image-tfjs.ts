import type { prepareInThread as compileInThread } from './prepare-in-thread.ts'

/** An image has no compiler: what it was not built with runs in TF.js. */
export const prepareInThread: typeof compileInThread = async () => ({
  status: 'died',
  reason: 'this image has TF.js alone',
})
