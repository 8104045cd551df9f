/** A thread that sends a share of a load: it gets ready, says so, begins when it is told, and posts its result. */
import { parentPort, workerData } from 'node:worker_threads'
import { LoadShare, type SharePlan } from './load-share.ts'

const share = await LoadShare.open(workerData as SharePlan)
const started = Promise.withResolvers<unknown>()
parentPort?.once('message', started.resolve)
parentPort?.postMessage('ready')
await started.promise
parentPort?.postMessage(await share.run())
