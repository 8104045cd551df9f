import type { openHistory as openAnyHistory } from './open-history.ts'

/** An image writes to no tracking store. */
export const openHistory: typeof openAnyHistory = async () => undefined
