import type { CompiledModel } from '../compile/compile.ts'

/** The ONNX model in one piece. */
export function compiledBytes({ chunks }: CompiledModel): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}
