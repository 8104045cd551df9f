import { once } from 'node:events'
import { getPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'

const MODULE = new URL('../../../src/runtime/pool/yield-to-others.ts', import.meta.url).href

test.skipIf(process.platform !== 'linux')(
  'a thread that yields is nicer than it was, and no other is',
  async () => {
    const before = getPriority(0)
    const script = `
    const { parentPort } = require('node:worker_threads')
    const { getPriority } = require('node:os')
    import('${MODULE}').then(({ yieldToOthers }) => {
      yieldToOthers()
      parentPort.postMessage(getPriority(0))
    })`
    const worker = new Worker(script, { eval: true })
    const [niceness] = (await once(worker, 'message')) as [number]
    await worker.terminate()
    expect(niceness).toBe(Math.min(19, before + 10))
    expect(getPriority(0)).toBe(before)
  },
)
