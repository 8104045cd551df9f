import { invalidModel } from '../../core/errors.ts'
import type { OutputMetadata, TensorMetadata } from '../../core/predictor.ts'
import { datatypeOf, elementTypeName } from './datatypes.ts'
import type { Session } from './engine.ts'
import type { OnnxFile } from './onnx-file.ts'

/** What a model file says that its session does not. */
interface FileNotes {
  readonly summary: Pick<OnnxFile['summary'], 'inputs' | 'outputs'>
  readonly zipMaps: OnnxFile['zipMaps']
}

type ValueMetadata = Session['inputMetadata'][number]

/** What a session tells of its model, in the words of the `Predictor` contract. */
export interface SessionMetadata {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  readonly batchable: boolean
  readonly maxBatchRows: number
}

/**
 * @param file the file that the session was opened with.
 * @throws ServingError INVALID_PARAMETER_VALUE where an input or output is no tensor, or of a type without counterpart.
 */
export function readSessionMetadata(session: Session, file: FileNotes): SessionMetadata {
  const { inputs, outputs } = metadataOf(session, file)
  const rows = inputs[0]?.shape[0]
  return {
    inputs,
    outputs,
    batchable: inputs.length > 0 && [...inputs, ...outputs].every(({ shape }) => shape[0] === -1),
    maxBatchRows: rows === undefined || rows === -1 ? Number.POSITIVE_INFINITY : rows,
  }
}

function metadataOf(
  session: Session,
  { summary, zipMaps }: FileNotes,
): Pick<SessionMetadata, 'inputs' | 'outputs'> {
  const unranked = new Set(
    [...summary.inputs, ...summary.outputs].filter(({ rank }) => rank === undefined).map(({ name }) => name),
  )
  const labels = new Map(zipMaps.map(({ output, classLabels }) => [output, classLabels]))
  return {
    inputs: session.inputMetadata.map((value) => readTensorMetadata(value, unranked)),
    outputs: session.outputMetadata.map((value) => {
      const output = readTensorMetadata(value, unranked)
      const classLabels = labels.get(output.name)
      return classLabels === undefined ? output : labelledMatrix(output, classLabels)
    }),
  }
}

/** Once more what `checkValues` has checked: types that the file leaves open are known by now. */
function readTensorMetadata(value: ValueMetadata, unranked: ReadonlySet<string>): TensorMetadata {
  const { name, isTensor, type } = value
  if (!isTensor) throw invalidModel(`'${name}' of the model is no tensor.`)
  const datatype = datatypeOf(type)
  if (datatype === undefined) {
    throw invalidModel(
      `'${name}' of the model is a tensor of ${elementTypeName(type)}, which cannot be served.`,
    )
  }
  const shape = [...value.shape]
  const open = shape.length === 0 && unranked.has(name)
  return { name, datatype, shape, ...(open ? { unranked: true } : {}) }
}

/** One row where the matrix has one dimension only, as ZipMap takes it. */
function labelledMatrix(
  { name, datatype, shape }: TensorMetadata,
  classLabels: readonly (string | bigint)[],
): OutputMetadata {
  const rows = shape.length === 1 ? 1 : (shape[0] ?? -1)
  return { name, datatype, shape: [rows, classLabels.length], classLabels }
}
