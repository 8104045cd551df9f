/** Asks the registry, beside the threads that serve: neither a locked database nor a slow server holds those up. */
import nodeModule from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { WatchData, WatchReply, WatchRequest } from './watch-messages.ts'

nodeModule.enableCompileCache()

const [{ AliasWatch }, { openRegistries }, { createLogger }] = await Promise.all([
  import('../../../../registry-client/watch/alias-watch.ts'),
  import('../../../compose-registry.ts'),
  import('../../../../server/logger.ts'),
])
const port = parentPort!
const tell = (reply: WatchReply): void => port.postMessage(reply)
const { settings } = workerData as WatchData
const silent = createLogger({ level: 'silent', format: 'json' })
const watch = new AliasWatch({
  openRegistries: () => openRegistries(settings, silent),
  intervalMs: settings.watchIntervalMs,
  onVersions: (versions) => tell({ kind: 'versions', versions }),
  log: {
    info: (facts, message) => tell({ kind: 'log', level: 'info', facts, message }),
    warn: (facts, message) => tell({ kind: 'log', level: 'warn', facts, message }),
  },
})
port.on('message', (request: WatchRequest) => {
  if (request.kind === 'follow') watch.follow(request.uris)
  else watch.look()
})
