import { ServingError } from '../../../src/core/errors.ts'

/** The error of something that must fail. */
export async function caught(promise: Promise<unknown>): Promise<ServingError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof ServingError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
