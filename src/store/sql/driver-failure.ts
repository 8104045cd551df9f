import { messageOf } from '../../core/errors.ts'

/** What a driver threw, told apart from what the work of a transaction throws by itself. */
export class DriverFailure extends Error {
  override readonly name = 'DriverFailure'

  constructor(cause: unknown) {
    super(messageOf(cause), { cause })
  }
}

export async function ofDriver<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw new DriverFailure(error)
  }
}
