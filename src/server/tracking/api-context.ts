import type { Stores } from '../../store/stores.ts'

/** What the handlers of the API work with, in the thread in which they run. */
export interface ApiContext extends Pick<Stores, 'tracking' | 'registry'> {}
