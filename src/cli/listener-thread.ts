/** A listener beside the one in the main thread: its own connections, its own copies of the models. */
import nodeModule from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { ListenerData } from './listener-data.ts'

nodeModule.enableCompileCache()

const { serveAsListener } = await import('./commands/serve/serve-as-listener.ts')
await serveAsListener(workerData as ListenerData, parentPort!)
