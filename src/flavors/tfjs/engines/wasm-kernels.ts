import type { KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import { getKernel, registerKernel, unregisterKernel } from './bundled-tensorflow.ts'

/**
 * Kernels of TF.js's wasm backend (4.22) that give other answers than all its other backends do, once it is loaded:
 * OneHot writes the bits of an int32 whatever its type is, Cast to bool keeps the lowest byte, MaxPoolWithArgmax takes
 * nothing below 0 for the largest.
 */
export function repairWasmKernels(): void {
  replace('OneHot', () => oneHot)
  replace('Cast', (cast) => (call) => (call.attrs?.['dtype'] === 'bool' ? castToBool(call) : cast(call)))
  // What needs it is run by a backend that has it.
  unregisterKernel('MaxPoolWithArgmax', 'wasm')
}

type Call = Parameters<KernelFunc>[0]

/** What of the backend its own kernels use, which TF.js's types tell nothing of. */
interface WasmMemory {
  makeOutput(shape: readonly number[], dtype: string): TensorInfo
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array
}

function replace(kernelName: string, make: (original: KernelFunc) => KernelFunc): void {
  const original: KernelConfig | undefined = getKernel(kernelName, 'wasm')
  if (original === undefined) return
  unregisterKernel(kernelName, 'wasm')
  registerKernel({ ...original, kernelFunc: make(original.kernelFunc) })
}

function oneHot({ inputs, attrs, backend }: Call): TensorInfo {
  const memory = memoryOf(backend)
  const indices = inputs['indices'] as TensorInfo
  const [depth, on, off] = ['depth', 'onValue', 'offValue'].map((name) => Number(attrs?.[name]))
  const output = memory.makeOutput([...indices.shape, depth!], String(attrs?.['dtype']))
  const values = memory.typedArrayFromHeap(output).fill(off!)
  for (const [row, index] of memory.typedArrayFromHeap(indices).entries())
    if (index >= 0 && index < depth!) values[row * depth! + index] = on!
  return output
}

function castToBool({ inputs, backend }: Call): TensorInfo {
  const memory = memoryOf(backend)
  const x = inputs['x'] as TensorInfo
  const output = memory.makeOutput(x.shape, 'bool')
  const flags = memory.typedArrayFromHeap(output)
  for (const [index, value] of memory.typedArrayFromHeap(x).entries()) flags[index] = value === 0 ? 0 : 1
  return output
}

function memoryOf(backend: object): WasmMemory {
  return backend as WasmMemory
}
