import { messageOf, ServingError } from '../../../core/errors.ts'
import type { Predictor } from '../../../core/predictor.ts'
import type { PreparedCache } from '../../flavor.ts'
import type { ModelArtifacts } from '../artifacts/model-artifacts.ts'
import { readArtifacts } from '../artifacts/read-artifacts.ts'
import { type CompiledModel, compileModel } from '../compile/compile.ts'
import { NotCompiled } from '../compile/not-compiled.ts'
import { openTfjs, type TfjsPredictor } from '../engines/open-tfjs.ts'
import { changedModel } from './compile-again.ts'
import { compiledBytes } from './compiled-bytes.ts'
import { CompiledCache } from './compiled-cache.ts'
import type { CompiledCopy, PrepareJob, Settled } from './prepare-messages.ts'
import { proofSubject } from './proof-subject.ts'
import { prove } from './prove.ts'
import { sha256Of } from './sha256.ts'
import { hasLoops } from './unbounded-run.ts'
import type { CompiledOutcome, RefusedOutcome, Verdict } from './verdict.ts'

/**
 * Finds out what runs a model: compiles it, holds what it was compiled to against TF.js, and keeps what was found.
 * Loads both engines into the calling thread, which had better end afterwards.
 * @throws MissingKernel where the job's backend of TF.js cannot run the model; ServingError where it is broken
 */
export async function settle(job: PrepareJob): Promise<Settled> {
  const artifacts = await readArtifacts(job.directory, job.dataFile)
  if (artifacts.digest !== job.digest) throw changedModel(job.directory)
  const compiled = await compile(artifacts)
  const reference = await openTfjs(artifacts, job.reference)
  const judged = 'refusal' in compiled ? refused(compiled.refusal) : await judge(compiled, reference)
  const verdict: Verdict = {
    weightBytes: artifacts.weightData.byteLength,
    unboundedRun: hasLoops(artifacts.topology),
    rowsIndependent: reference.batchable,
    reference: job.reference,
    ...(job.missingKernel === undefined ? {} : { missingKernel: job.missingKernel }),
    outcome: judged.outcome,
  }
  await reference.close()
  return await keep(job, verdict, judged.bytes)
}

type Compiled = { readonly model: CompiledModel; readonly bytes: Uint8Array<ArrayBuffer> }

async function compile(artifacts: ModelArtifacts): Promise<Compiled | { readonly refusal: string }> {
  try {
    const model = await compileModel(artifacts)
    return { model, bytes: compiledBytes(model) }
  } catch (error) {
    if (error instanceof ServingError) throw error
    // A defect of the compiler is no reason not to serve what TF.js runs.
    const prefix = error instanceof NotCompiled ? '' : 'the compiler failed: '
    return { refusal: prefix + messageOf(error) }
  }
}

interface Judged {
  readonly outcome: CompiledOutcome | RefusedOutcome
  readonly bytes: Uint8Array<ArrayBuffer> | undefined
}

function refused(reason: string): Judged {
  return { outcome: { kind: 'refused', reason }, bytes: undefined }
}

async function judge({ model, bytes }: Compiled, reference: TfjsPredictor): Promise<Judged> {
  const candidate = await openOrRefuse(bytes)
  if ('refusal' in candidate) return refused(candidate.refusal)
  const result = await prove({ reference, candidate }, proofSubject(model.graph))
  await candidate.close()
  if (!result.equal) return refused(result.reason)
  const { nodes } = model
  const sha256 = await sha256Of(bytes)
  const outcome = { kind: 'compiled', bytes: bytes.byteLength, sha256, nodes, proof: result.proof } as const
  return { outcome, bytes }
}

async function openOrRefuse(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Predictor | { readonly refusal: string }> {
  const { openWrittenModel } = await import('../../onnx/open-written-model.ts')
  try {
    return await openWrittenModel({ bytes }, { intraOpThreads: 1 })
  } catch (error) {
    return { refusal: messageOf(error) }
  }
}

async function keep(
  { cache, key }: PrepareJob,
  verdict: Verdict,
  bytes: Uint8Array<ArrayBuffer> | undefined,
): Promise<Settled> {
  const { path, notKept } = await tryToKeep(cache, { key, verdict, bytes })
  const { outcome } = verdict
  return {
    verdict,
    ...(notKept === undefined ? {} : { notKept }),
    ...(outcome.kind === 'refused' ? {} : { copy: copyOf(outcome, path, bytes!) }),
  }
}

function copyOf({ sha256 }: CompiledOutcome, path: string | undefined, bytes: Uint8Array): CompiledCopy {
  if (path !== undefined) return { sha256, path }
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength))
  shared.set(bytes)
  return { sha256, shared }
}

interface Keeping {
  readonly path?: string | undefined
  readonly notKept?: string
}

async function tryToKeep(
  cache: PreparedCache | undefined,
  { key, verdict, bytes }: { key: string; verdict: Verdict; bytes: Uint8Array | undefined },
): Promise<Keeping> {
  if (cache === undefined) return {}
  try {
    const path = await new CompiledCache(cache).keep(key, verdict, bytes)
    if (path !== undefined || bytes === undefined) return { path }
    return { notKept: 'it is larger than the cache may be' }
  } catch (error) {
    return { notKept: messageOf(error) }
  }
}
