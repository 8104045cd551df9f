/** Records what a server does, beside the threads that serve: neither a slow tracking server nor a slow disk holds those up. */
import nodeModule from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { TrackData, TrackReply, TrackRequest } from './track-messages.ts'

nodeModule.enableCompileCache()

const { recordServing } = await import('./record-serving.ts')
const port = parentPort!
const tell = (reply: TrackReply): void => port.postMessage(reply)
const record = await recordServing(workerData as TrackData, tell)
port.on('message', (request: TrackRequest) => {
  void record(request).then(() => tell({ kind: 'done' }))
})
