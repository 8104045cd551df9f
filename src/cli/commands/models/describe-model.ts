import { stringify } from 'yaml'
import { invalidParameter } from '../../../core/errors.ts'
import { pythonJson } from '../../../core/python-json.ts'
import type { PrepareOptions } from '../../../flavors/flavor.ts'
import type { MlModel } from '../../../flavors/mlmodel.ts'
import { loadFlavor } from '../../../runtime/load-flavor.ts'
import type { ModelSignature, Schema } from '../../../signature/model-signature.ts'
import { parseSignature } from '../../../signature/parse-signature.ts'
import { type ModelPorts, tensorSignature } from '../../../signature/tensor-signature.ts'
import type { SignatureEntry } from './signature-file.ts'

/**
 * The MLmodel file of a model that has none, less what only its registering tells. The model is opened for it.
 * @param given signature; that of the model's own inputs and outputs where it is undefined.
 * @throws ServingError INVALID_PARAMETER_VALUE where the model cannot be served, or not with this signature
 */
export async function describeModel(
  model: MlModel,
  given: SignatureEntry | undefined,
  prepare: PrepareOptions,
): Promise<string> {
  const ports = await portsOf(model, prepare)
  if (given !== undefined) checkSignature(given, ports)
  const signature = given ?? entryOf(tensorSignature(ports))
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

async function portsOf(model: MlModel, prepare: PrepareOptions): Promise<ModelPorts> {
  const flavor = await loadFlavor(model)
  const predictor = await flavor.load(await flavor.prepare(model, prepare), { intraOpThreads: 1 })
  const { inputs, outputs } = predictor
  await predictor.close()
  return { inputs, outputs }
}

/** As MLflow writes it. */
function entryOf(signature: ModelSignature | undefined): SignatureEntry {
  return { inputs: textOf(signature?.inputs), outputs: textOf(signature?.outputs), params: null }
}

function textOf(schema: Schema | undefined): string | null {
  if (schema?.kind !== 'tensors') return null
  return pythonJson(
    schema.tensors.map(({ name, dtype, shape }) => ({
      ...(name === undefined ? {} : { name }),
      type: 'tensor',
      'tensor-spec': { dtype, shape },
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
