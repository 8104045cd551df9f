import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../../../src/core/tensor.ts'
import { EngineBroken } from '../../../../src/flavors/tfjs/engines/backend.ts'
import { MissingKernel } from '../../../../src/flavors/tfjs/engines/missing-kernel.ts'
import { openTfjs } from '../../../../src/flavors/tfjs/engines/open-tfjs.ts'
import { WasmGuard } from '../../../../src/flavors/tfjs/engines/wasm-guard.ts'
import { FILL } from './support/odd-models.ts'
import { artifactsOf } from './support/open-engine-model.ts'

const sizes = (...values: number[]): ReadonlyMap<string, Tensor> =>
  new Map([['sizes', { datatype: 'INT32', shape: [2], data: Int32Array.from(values) }]])

describe('a run in WebAssembly', () => {
  test('that needs more than its addresses reach is refused, and harms no other', async () => {
    const predictor = await openTfjs(await artifactsOf(FILL), 'wasm')
    const before = predictor.memory()
    await expect(predictor.predict(sizes(40_000, 40_000))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('no memory left'),
    })
    const [filled] = (await predictor.predict(sizes(2, 3))).values()
    expect(filled).toEqual({ datatype: 'FP32', shape: [2, 3], data: new Float32Array(6).fill(7) })
    expect(predictor.memory()).toEqual(before)
    await predictor.close()
  })

  test('that gets no memory is refused, and so are all that come after it', async () => {
    const guard = new WasmGuard()
    const module = { _malloc: (bytes: number) => (bytes > 100 ? 0 : 8), _free: () => {} }
    guard.watch(module)
    expect(await guard.run(() => module._malloc(100))).toBe(8)
    await expect(guard.run(() => module._malloc(101))).rejects.toThrow('no memory left')
    await expect(guard.run(() => module._malloc(1))).rejects.toThrow(EngineBroken)
  })

  test('that gets no memory is refused even if what asked for it goes on', async () => {
    const guard = new WasmGuard()
    const module = { _malloc: () => 0, _free: () => {} }
    guard.watch(module)
    const work = () => {
      try {
        return module._malloc()
      } catch {
        return 'an answer'
      }
    }
    await expect(guard.run(work)).rejects.toThrow(EngineBroken)
  })

  test('that prints what went wrong is refused in its words; what is printed at other times is let through', async () => {
    const guard = new WasmGuard()
    const status = 'XNN status for xnn_setup_softmax_nc_f32 is not successful. Got status 6.'
    await expect(guard.run(() => guard.console.warn(status))).rejects.toThrow(status)
    const untyped = 'Neg for tensor ids 84 failed. Unknown dtype 2'
    await expect(guard.run(() => guard.console.warn(untyped))).rejects.toThrow(MissingKernel)
    expect(await guard.run(() => 'an answer')).toBe('an answer')
  })

  test('that traps ends its worker thread, once it has been answered', async () => {
    const worker = new Worker(new URL('./support/trapped-thread.ts', import.meta.url))
    const exit = once(worker, 'exit')
    const [answers] = await once(worker, 'message')
    expect(answers).toEqual(['The WebAssembly engine failed.', 'The WebAssembly engine failed.'])
    expect(await exit).toEqual([1])
  })
})
