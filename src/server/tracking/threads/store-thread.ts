/** A thread that has the stores open and runs calls of the API on them. */
import nodeModule from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { StoreThreadData } from './store-messages.ts'

nodeModule.enableCompileCache()

const { serveStores } = await import('./serve-stores.ts')
serveStores(workerData as StoreThreadData, parentPort!)
