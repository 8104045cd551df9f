import { link, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { flush } from '../../../artifacts/model-files.ts'
import {
  alreadyExists,
  invalidModel,
  invalidParameter,
  messageOf,
  ServingError,
} from '../../../core/errors.ts'
import type { TensorMetadata } from '../../../core/predictor.ts'
import type { OnnxExport } from '../../../flavors/flavor.ts'
import { loadFlavor } from '../../../runtime/load-flavor.ts'
import { prepareModel } from '../../../runtime/prepare-model.ts'
import { print, printJson, table } from '../../output.ts'
import { prepareOptions } from '../../prepare-options.ts'
import { amount } from '../../progress.ts'
import type { ConvertOptions } from './options.ts'
import { logger, withResolver } from './registry.ts'

/** Writes a TF.js model as the ONNX model that onnxruntime would run in its place. */
export async function convert(uri: string, options: ConvertOptions): Promise<void> {
  const target = resolve(options.outputPath)
  if (!options.force) await requireFree(target)
  const converted = await withResolver(options, async (client) => {
    const { path } = await client.resolve(uri)
    return convertModel(path, options)
  })
  await write(target, converted.exported.bytes, options.force)
  report(target, converted, options.json)
}

interface Converted {
  readonly exported: OnnxExport
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly TensorMetadata[]
}

async function convertModel(path: string, options: ConvertOptions): Promise<Converted> {
  const prepare = prepareOptions({ ...options, tfjsEngine: 'onnxruntime' }, logger)
  const model = await prepareModel(path, prepare).catch(refuseToConvert)
  const flavor = await loadFlavor(model)
  if (flavor.exportOnnx === undefined) {
    throw invalidParameter(
      `${path} is a model of the flavor '${model.flavor}': only TF.js models are converted. ` +
        '`headrace models download` copies any model.',
    )
  }
  const exported = await flavor.exportOnnx(model)
  const predictor = await flavor.load(model, { intraOpThreads: 1 })
  const { inputs, outputs } = predictor
  await predictor.close()
  return { exported, inputs, outputs }
}

/** What is said of an engine that somebody chose is not for one who chose none. */
function refuseToConvert(error: unknown): never {
  const { engine, reason } = error instanceof ServingError ? error.details : {}
  if (engine !== 'onnxruntime' || typeof reason !== 'string') throw error
  throw invalidModel(`The model cannot be converted to ONNX: ${reason}. It can be served as it is.`, {
    details: { reason },
    cause: error,
  })
}

async function requireFree(target: string): Promise<void> {
  const found = await stat(target).catch(() => undefined)
  if (found !== undefined) throw taken(target)
}

function taken(target: string) {
  return alreadyExists(`${target} is there already: nothing was written (--force writes over it)`)
}

/** Under its name once it is complete and on the disk. */
async function write(target: string, bytes: Uint8Array, force: boolean): Promise<void> {
  const draft = join(dirname(target), `.${basename(target)}.${crypto.randomUUID()}.tmp`)
  try {
    const file = await open(draft, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    if (force) await rename(draft, target)
    else await link(draft, target)
    await flush(dirname(target))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw taken(target)
    throw invalidParameter(`${target} cannot be written: ${messageOf(error)}`)
  } finally {
    await rm(draft, { force: true })
  }
}

function report(target: string, { exported, inputs, outputs }: Converted, json: boolean): void {
  const { bytes, nodes, proof } = exported
  if (json) {
    printJson({ path: target, bytes: bytes.byteLength, nodes, proof, inputs, outputs })
    return
  }
  print(`Wrote ${target}: ${amount(bytes.byteLength, 'bytes')}, ${nodes} nodes.`)
  print(
    `It gives what TF.js gives: ${proof.cases} runs were compared, and differed by ` +
      `${proof.largestDifference.toExponential(1)} of the largest value at most.`,
  )
  print('')
  print(
    table(
      ['', 'NAME', 'DATATYPE', 'SHAPE'],
      [...inputs.map((input) => row('input', input)), ...outputs.map((output) => row('output', output))],
    ),
  )
}

function row(title: string, { name, datatype, shape }: TensorMetadata): readonly string[] {
  return [title, name, datatype, `[${shape.join(', ')}]`]
}
