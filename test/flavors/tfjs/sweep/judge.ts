import { messageOf } from '../../../../src/core/errors.ts'
import type { Predictor, TensorMetadata } from '../../../../src/core/predictor.ts'
import type { Datatype, Tensor } from '../../../../src/core/tensor.ts'
import { openWrittenModel } from '../../../../src/flavors/onnx/open-written-model.ts'
import { distinctNames } from '../../../../src/flavors/tfjs/artifacts/distinct-names.ts'
import type { ModelArtifacts } from '../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import { compileModel } from '../../../../src/flavors/tfjs/compile/compile.ts'
import type { ElementType } from '../../../../src/flavors/tfjs/compile/graph/value.ts'
import { NotCompiled } from '../../../../src/flavors/tfjs/compile/not-compiled.ts'
import { Random } from '../../../soak/mlflow-differential/random.ts'
import { differenceOf } from './difference.ts'
import { isMeantFailure } from './listed-refusals.ts'
import { inputsOf, RUN_CASES, type RunCase, type SweepModel, type SweepTensor } from './sweep-model.ts'
import { TfjsModel, useBackend } from './tfjs-model.ts'

export type Verdict =
  | {
      readonly kind: 'agrees'
      /** How TF.js's wasm backend differs, which does not count: the cpu backend is the reference. */
      readonly wasmDiffers?: string
    }
  | { readonly kind: 'refused'; readonly place: string; readonly reason: string }
  /** TF.js itself does not run the model: nothing to agree with. */
  | { readonly kind: 'unrunnable'; readonly reason: string }
  /** TF.js's own backends differ, and ONNX agrees with wasm. */
  | { readonly kind: 'disputed'; readonly how: string }
  | { readonly kind: 'failed'; readonly how: string }

export interface JudgeOptions {
  /** Of the values that the model is fed with. */
  readonly seed: number
  /** Whether TF.js's wasm backend is asked even where its cpu backend agrees. */
  readonly withWasm?: boolean
}

/** Runs a model in TF.js and compiled, and says what came of it. */
export async function judge(model: SweepModel, options: JudgeOptions): Promise<Verdict> {
  let reference: TfjsModel
  try {
    reference = await TfjsModel.load(model.artifacts)
  } catch (error) {
    return { kind: 'unrunnable', reason: messageOf(error) }
  }
  try {
    return await judgeAgainst(reference, model, options)
  } finally {
    reference.dispose()
  }
}

async function judgeAgainst(
  reference: TfjsModel,
  model: SweepModel,
  options: JudgeOptions,
): Promise<Verdict> {
  let candidate: Predictor
  try {
    const { chunks } = await compileModel(model.artifacts)
    candidate = await openWrittenModel({ bytes: bytesOf(chunks) }, { intraOpThreads: 1 })
  } catch (error) {
    const runs = await referenceRuns(reference, model, options.seed)
    if ('reason' in runs) return { kind: 'unrunnable', reason: runs.reason }
    if (!(error instanceof NotCompiled)) return { kind: 'failed', how: describe(error) }
    return { kind: 'refused', place: error.place ?? 'model', reason: error.reason }
  }
  try {
    return await compare(reference, candidate, { model, ...options })
  } finally {
    await candidate.close()
  }
}

interface Run {
  readonly inputs: ReadonlyMap<string, SweepTensor>
  readonly outputs: readonly SweepTensor[]
  readonly what: RunCase
}

/** What TF.js gives in all cases that it takes; why not, where it takes none. */
async function referenceRuns(
  reference: TfjsModel,
  { inputs, artifacts }: SweepModel,
  seed: number,
): Promise<readonly Run[] | { readonly reason: string }> {
  const random = new Random(seed)
  const runs: Run[] = []
  let reason = ''
  for (const what of RUN_CASES) {
    const values = inputsOf(random, inputs, what)
    // Of inputs that nothing comes from, a saved model knows nothing.
    const named = new Map(
      inputs.flatMap(({ name }, index) =>
        reference.inputNames.includes(name) ? [[name, values[index]!] as const] : [],
      ),
    )
    try {
      const outputs = await reference.run(named)
      if (outputs.every((output) => isComparable(output, what, artifacts.format)))
        runs.push({ inputs: named, outputs, what })
      else reason = 'outputs are empty or overflow'
    } catch (error) {
      reason = messageOf(error)
    }
  }
  return runs.length === 0 ? { reason } : runs
}

/**
 * Where a window is larger than its image TF.js goes on without elements, and onnxruntime fails. Where numbers overflow
 * on the way, nobody says with what engines go on. No layer gives anything but numbers for numbers.
 */
function isComparable(
  { type, shape, data }: SweepTensor,
  { scale }: RunCase,
  format: ModelArtifacts['format'],
): boolean {
  if (shape.includes(0)) return false
  const isStrict = type === 'float32' && (scale > 1 || format === 'layers-model')
  return !isStrict || Array.prototype.every.call(data, Number.isFinite)
}

async function compare(
  reference: TfjsModel,
  candidate: Predictor,
  { model, seed, withWasm = false }: JudgeOptions & { readonly model: SweepModel },
): Promise<Verdict> {
  const runs = await referenceRuns(reference, model, seed)
  if ('reason' in runs) return { kind: 'unrunnable', reason: runs.reason }
  const names = wrongNames(reference, candidate)
  if (names !== undefined) return { kind: 'failed', how: names }
  for (const run of runs) {
    const how = await differenceOfRun(candidate, run)
    if (how === undefined || isMeantFailure(how)) continue
    const message = `${run.what.rows} rows, scale ${run.what.scale}: ${how}`
    const isDisputed = (await wasmDifference(model, candidate, run)) === 'none'
    return { kind: isDisputed ? 'disputed' : 'failed', how: message }
  }
  if (!withWasm) return { kind: 'agrees' }
  const wasmDiffers = await wasmDifference(model, candidate, runs.at(-1)!)
  return wasmDiffers === 'none' || wasmDiffers === 'unknown'
    ? { kind: 'agrees' }
    : { kind: 'agrees', wasmDiffers }
}

function wrongNames(reference: TfjsModel, { inputs, outputs }: Predictor): string | undefined {
  const [given, gives] = [inputs, outputs].map((list) => list.map(({ name }) => name).join())
  const expected = distinctNames(reference.outputNames).join()
  if (gives !== expected) return `outputs ${gives} instead of ${expected}`
  if (given !== reference.inputNames.join())
    return `inputs ${given} instead of ${reference.inputNames.join()}`
  return undefined
}

async function differenceOfRun(
  candidate: Predictor,
  { inputs, outputs }: Pick<Run, 'inputs' | 'outputs'>,
): Promise<string | undefined> {
  try {
    const given = new Map([...inputs].map(([name, tensor]) => [name, servedTensor(tensor)]))
    const results = await candidate.predict(given)
    for (const [index, { name }] of candidate.outputs.entries()) {
      const actual = sweepTensor(results.get(name)!)
      const difference =
        differenceOf(outputs[index]!, actual) ?? wrongMetadata(candidate.outputs[index]!, actual)
      if (difference !== undefined) return `output ${name}: ${difference}`
    }
    return undefined
  } catch (error) {
    return `onnxruntime fails: ${describe(error)}`
  }
}

/** How TF.js's wasm backend differs from ONNX: `none` where it does not, `unknown` where it does not run the model. */
async function wasmDifference({ artifacts }: SweepModel, candidate: Predictor, run: Run): Promise<string> {
  await useBackend('wasm')
  try {
    const model = await TfjsModel.load(artifacts)
    try {
      const outputs = await model.run(run.inputs)
      return (await differenceOfRun(candidate, { ...run, outputs })) ?? 'none'
    } finally {
      model.dispose()
    }
  } catch {
    return 'unknown'
  } finally {
    await useBackend('cpu')
  }
}

function wrongMetadata({ datatype, shape }: TensorMetadata, actual: SweepTensor): string | undefined {
  if (datatype !== DATATYPES[actual.type]) return `told as ${datatype}, but is ${actual.type}`
  const isTold =
    shape.length === actual.shape.length && shape.every((dim, axis) => dim < 0 || dim === actual.shape[axis])
  return isTold ? undefined : `told with shape (${shape.join()}), but has (${actual.shape.join()})`
}

const DATATYPES = { float32: 'FP32', int32: 'INT32', bool: 'BOOL' } as const satisfies Record<
  ElementType,
  Datatype
>

function servedTensor({ type, shape, data }: SweepTensor): Tensor {
  if (type === 'float32') return { datatype: 'FP32', shape, data: Float32Array.from(data) }
  if (type === 'int32') return { datatype: 'INT32', shape, data: Int32Array.from(data) }
  return { datatype: 'BOOL', shape, data: Uint8Array.from(data) }
}

function sweepTensor({ datatype, shape, data }: Tensor): SweepTensor {
  if (datatype === 'FP32') return { type: 'float32', shape, data }
  if (datatype === 'INT32') return { type: 'int32', shape, data }
  if (datatype === 'BOOL') return { type: 'bool', shape, data }
  throw new Error(`an output of type ${datatype}`)
}

function bytesOf(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** An error with its cause, in a line. */
function describe(error: unknown): string {
  const { cause } = error as { cause?: unknown }
  const own = `${error instanceof Error ? error.name : 'error'}: ${messageOf(error)}`
  return cause === undefined ? own : `${own} (${messageOf(cause)})`
}
