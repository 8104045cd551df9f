import { evaluationFailed } from '../../../core/errors.ts'
import type { TensorMetadata } from '../../../core/predictor.ts'
import { elementCount, type TensorMap } from '../../../core/tensor.ts'

const MIB = 1024 * 1024

/**
 * What the tensors of one run may take together, as rows are cut into runs. The heap of WebAssembly is used in pieces of many
 * sizes and grows by more than that, though not by much: measured on MobileNet, DenseNet121 and ResNet-18, it stays at
 * 125 to 185 MB, weights included, whatever a request brings.
 */
const RUN_BYTES = 64 * MIB
const MOST_ROWS = 1024

/**
 * Where a run cannot be cut and the model leaves sizes open: bytes of inputs that it takes at most in an engine whose memory
 * never shrinks. Enough for an image of 1,180 x 1,180 in three colours.
 */
const OPEN_INPUT_BYTES = 16 * MIB

/** Rows of one run: a power of two, so that the sizes met are few, and the memory of one run fits the next. */
export function rowsPerRun(rowBytes: number | undefined): number {
  if (rowBytes === undefined) return 1
  const rows = Math.min(MOST_ROWS, RUN_BYTES / Math.max(1, rowBytes))
  return 2 ** Math.max(0, Math.floor(Math.log2(rows)))
}

/**
 * @param cut the first dimension is not one of the open ones.
 * @throws ServingError BAD_REQUEST
 */
export function checkOpenSizes(declared: readonly TensorMetadata[], inputs: TensorMap, cut: boolean): void {
  if (!declared.some(({ shape, unranked }) => unranked === true || shape.indexOf(-1, cut ? 1 : 0) !== -1))
    return
  let bytes = 0
  for (const { datatype, shape, data } of inputs.values()) {
    const size = datatype === 'BYTES' ? 8 : (data as Float32Array).BYTES_PER_ELEMENT
    bytes += size * elementCount(cut ? shape.slice(1) : shape)
  }
  if (bytes <= OPEN_INPUT_BYTES) return
  throw evaluationFailed(
    `The inputs take ${Math.ceil(bytes / MIB)} MiB; this engine takes ${OPEN_INPUT_BYTES / MIB} MiB at once.`,
  )
}
