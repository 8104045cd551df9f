import { stringify } from 'yaml'
import { invalidParameter } from '../../../core/errors.ts'
import type { TensorMetadata } from '../../../core/predictor.ts'
import { printable } from '../../../core/printable.ts'
import { pythonJson } from '../../../core/python-json.ts'
import type { Datatype } from '../../../core/tensor.ts'
import type { MlModel } from '../../../flavors/mlmodel.ts'
import { loadFlavor } from '../../../runtime/load-flavor.ts'
import { parseSignature } from '../../../signature/parse-signature.ts'
import { logger } from './registry.ts'
import type { SignatureEntry } from './signature-file.ts'

interface ModelPorts {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly TensorMetadata[]
}

/**
 * The MLmodel file of a model that has none, less what only its registering tells. The model is opened for it.
 * @param given signature; that of the model's own inputs and outputs where it is undefined.
 * @throws ServingError INVALID_PARAMETER_VALUE where the model cannot be served, or not with this signature
 */
export async function describeModel(model: MlModel, given: SignatureEntry | undefined): Promise<string> {
  const ports = await portsOf(model)
  if (given !== undefined) checkSignature(given, ports)
  const signature = given ?? ownSignature(ports)
  const hasSignature = signature.inputs !== null || signature.outputs !== null
  return stringify(
    {
      flavors: { [model.flavor]: model.flavorConfig },
      is_signature_from_type_hint: false,
      ...(hasSignature ? { signature } : {}),
      utc_time_created: new Date().toISOString().replace('T', ' ').replace('Z', '000'),
    },
    { lineWidth: 0, version: '1.1' },
  )
}

async function portsOf(model: MlModel): Promise<ModelPorts> {
  const flavor = await loadFlavor(model)
  const warn = (message: string) => logger.warn(printable(message))
  const predictor = await flavor.load(await flavor.prepare(model, { warn }), { intraOpThreads: 1 })
  const { inputs, outputs } = predictor
  await predictor.close()
  return { inputs, outputs }
}

/** Names of NumPy's types, as MLflow 3.17.2 infers them from arrays (`mlflow/types/utils.py`). */
const DTYPES: Readonly<Record<Datatype, string>> = {
  ...{ BOOL: 'bool', UINT8: 'uint8', UINT16: 'uint16', UINT32: 'uint32', UINT64: 'uint64' },
  ...{ INT8: 'int8', INT16: 'int16', INT32: 'int32', INT64: 'int64' },
  ...{ FP16: 'float16', FP32: 'float32', FP64: 'float64', BYTES: 'str' },
}

/** A single input has no name, so that it may be sent as a plain array; outputs have theirs. */
function ownSignature({ inputs, outputs }: ModelPorts): SignatureEntry {
  return {
    inputs: schemaOf(inputs, inputs.length > 1),
    outputs: schemaOf(outputs, true),
    params: null,
  }
}

/** null where MLflow cannot say it: a tensor of any number of dimensions. */
function schemaOf(tensors: readonly TensorMetadata[], named: boolean): string | null {
  if (tensors.length === 0 || tensors.some(({ unranked }) => unranked === true)) return null
  return pythonJson(
    tensors.map(({ name, datatype, shape }) => ({
      ...(named ? { name } : {}),
      type: 'tensor',
      'tensor-spec': { dtype: DTYPES[datatype], shape },
    })),
  )
}

function checkSignature(entry: SignatureEntry, { inputs }: ModelPorts): void {
  const schema = parseSignature(entry)?.inputs
  if (schema?.kind !== 'tensors' || schema.tensors.some(({ name }) => name === undefined)) return
  const stated = schema.tensors.map(({ name }) => String(name))
  const own = inputs.map(({ name }) => name)
  if (stated.length === own.length && own.every((name) => stated.includes(name))) return
  throw invalidParameter(
    `--signature: its inputs are '${stated.join("', '")}', but those of the model are '${own.join("', '")}'.`,
  )
}
