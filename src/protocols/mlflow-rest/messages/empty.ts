import { message } from '../message.ts'

/** The answer of the calls that only change something. */
export const Empty = message('Response', {})
