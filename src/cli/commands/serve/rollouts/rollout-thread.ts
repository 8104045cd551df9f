/** Keeps the rollouts of a server, beside the threads that answer: no disk, registry or statistics hold those up. */
import nodeModule from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { BEAT_MS } from '../../../../supervisor/heartbeat.ts'
import type { RolloutThreadData, ThreadReply, ThreadRequest } from './rollout-thread-messages.ts'

nodeModule.enableCompileCache()

const { keepRollouts } = await import('./keep-rollouts.ts')
const port = parentPort!
const desk = keepRollouts(workerData as RolloutThreadData, (reply: ThreadReply) => port.postMessage(reply))
setInterval(() => port.postMessage({ kind: 'alive' } satisfies ThreadReply), BEAT_MS).unref()
port.on('message', (request: ThreadRequest) => {
  if (request.kind === 'member') desk.take(request.line, request.message)
  else {
    void desk.end().then(() => {
      port.postMessage({ kind: 'ended' } satisfies ThreadReply)
      port.close()
    })
  }
})
