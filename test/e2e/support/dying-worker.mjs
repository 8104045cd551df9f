// Preloaded into the server: ends one worker thread for each file `HEADRACE_TEST_DEATHS/n` that appears.
import { readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

const folder = process.env.HEADRACE_TEST_DEATHS

// The process of a trial inherits the preload, and not the variable.
if (!isMainThread && folder !== undefined) {
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
