// Preloaded into the server: ends one worker thread for each file `HEADRACE_TEST_DEATHS/n` that appears.
import { readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

if (!isMainThread) {
  const folder = process.env.HEADRACE_TEST_DEATHS
  setInterval(() => {
    const [name] = readdirSync(folder)
    if (name === undefined) return
    try {
      unlinkSync(join(folder, name))
    } catch {
      // Another worker took it.
      return
    }
    process.exit(1)
  }, 5).unref()
}
