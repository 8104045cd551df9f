// Preloaded into the server: the thread that keeps its rollouts crashes for each file `HEADRACE_TEST_DEATHS/n` that appears.
import { readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread, workerData } from 'node:worker_threads'

const folder = process.env.HEADRACE_TEST_DEATHS

if (!isMainThread && folder !== undefined && workerData?.rollouts !== undefined) {
  setInterval(() => {
    const [name] = readdirSync(folder)
    if (name === undefined) return
    unlinkSync(join(folder, name))
    throw new Error('the thread is made to crash')
  }, 5).unref()
}
