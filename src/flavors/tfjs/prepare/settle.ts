import { messageOf, ServingError } from '../../../core/errors.ts'
import type { Predictor } from '../../../core/predictor.ts'
import { shortened } from '../../../core/shortened.ts'
import type { PreparedCache } from '../../flavor.ts'
import type { ModelArtifacts } from '../artifacts/model-artifacts.ts'
import { readArtifacts } from '../artifacts/read-artifacts.ts'
import { type CompiledModel, compileModel } from '../compile/compile.ts'
import { NotCompiled, TooLarge } from '../compile/not-compiled.ts'
import { openTfjs } from '../engines/open-tfjs.ts'
import { tooLarge } from './check-graph-sizes.ts'
import { changedModel } from './compile-again.ts'
import { compiledBytes } from './compiled-bytes.ts'
import { CompiledCache } from './compiled-cache.ts'
import type { CompiledCopy, PrepareJob, Settled } from './prepare-messages.ts'
import type { Proof } from './proof.ts'
import { proofSubject } from './proof-subject.ts'
import { prove } from './prove.ts'
import { sha256Of } from './sha256.ts'
import { hasLoops } from './unbounded-run.ts'
import type { CompiledOutcome, ReferenceBackend, RefusedOutcome, Verdict } from './verdict.ts'

/**
 * Finds out what runs a model: compiles it, holds what it was compiled to against TF.js, and keeps what was found.
 * Loads both engines into the calling thread, which had better end afterwards.
 * @throws MissingKernel or EngineBroken where the job's backend of TF.js cannot run the model; ServingError where it is broken
 */
export async function settle(job: PrepareJob): Promise<Settled> {
  const artifacts = await readArtifacts(job.directory, job.dataFile)
  if (artifacts.digest !== job.digest) throw changedModel(job.directory)
  const { outcome, bytes, rowsIndependent, isDefect, isUnequal } = await judge(artifacts, job.reference)
  const verdict: Verdict = {
    weightBytes: artifacts.weightData.byteLength,
    unboundedRun: hasLoops(artifacts.topology),
    reference: job.reference,
    ...(rowsIndependent === undefined ? {} : { rowsIndependent }),
    ...(job.wasmLack === undefined ? {} : { wasmLack: job.wasmLack }),
    outcome,
  }
  if (isUnequal && job.reference === 'wasm') return { verdict, isDisputed: true }
  return isDefect ? { verdict } : await keep(job, verdict, bytes)
}

interface Judged {
  readonly outcome: CompiledOutcome | RefusedOutcome
  /** The compiled model, where it is equal. */
  readonly bytes?: Uint8Array<ArrayBuffer>
  /** Undefined where nobody has found out. */
  readonly rowsIndependent?: boolean
  /** The compiler failed where it should have refused: what it says may be otherwise at the next start. */
  readonly isDefect?: boolean
  /** It was compiled, and gives something else. */
  readonly isUnequal?: boolean
}

async function judge(artifacts: ModelArtifacts, backend: ReferenceBackend): Promise<Judged> {
  const compiled = await compile(artifacts)
  if ('refusal' in compiled) return await refuse(compiled, artifacts, backend)
  const candidate = await openCompiled(compiled.bytes)
  if ('refusal' in candidate) return await refuse(candidate, artifacts, backend)
  const reference = await openTfjs(artifacts, backend, { unexamined: true })
  const result = await prove({ reference, candidate }, proofSubject(compiled.model.graph))
  await Promise.all([reference.close(), candidate.close()])
  if (result.equal) return await accept(compiled, result.proof)
  if (!result.differs && result.isTooLarge) return leaveUntried(result.reason)
  if (!result.differs) return await refuse({ refusal: result.reason }, artifacts, backend)
  return { outcome: { kind: 'refused', reason: result.reason }, isUnequal: true }
}

/** TF.js serves it without a run beforehand, which might take all time or memory. */
function leaveUntried(reason: string): Judged {
  return { outcome: { kind: 'refused', reason, isTooLarge: true } }
}

/** Tries that TF.js, which is to serve the model then, has all the code that it needs. */
async function refuse(
  { refusal: reason, isDefect = false }: Refusal,
  artifacts: ModelArtifacts,
  backend: ReferenceBackend,
): Promise<Judged> {
  const reference = await openTfjs(artifacts, backend)
  await reference.close()
  const { refusal: untried, batchable: rowsIndependent } = reference
  const outcome = { kind: 'refused', reason, ...(untried === undefined ? {} : { untried }) } as const
  return { outcome, rowsIndependent, isDefect }
}

async function accept({ model, bytes }: Compiled, proof: Proof): Promise<Judged> {
  const { rowsIndependent, ...shown } = proof
  const sha256 = await sha256Of(bytes)
  const { byteLength } = bytes
  const outcome = { kind: 'compiled', bytes: byteLength, sha256, nodes: model.nodes, proof: shown } as const
  return { outcome, bytes, rowsIndependent }
}

type Compiled = { readonly model: CompiledModel; readonly bytes: Uint8Array<ArrayBuffer> }

interface Refusal {
  readonly refusal: string
  readonly isDefect?: boolean
}

async function compile(artifacts: ModelArtifacts): Promise<Compiled | Refusal> {
  try {
    const model = await compileModel(artifacts)
    return { model, bytes: compiledBytes(model) }
  } catch (error) {
    if (error instanceof ServingError) throw error
    if (error instanceof TooLarge) throw tooLarge(error)
    // A defect of the compiler is no reason not to serve what TF.js runs.
    if (error instanceof NotCompiled) return { refusal: shortened(error.message) }
    return { refusal: shortened(`the compiler failed: ${messageOf(error)}`), isDefect: true }
  }
}

async function openCompiled(bytes: Uint8Array<ArrayBuffer>): Promise<Predictor | Refusal> {
  const { openWrittenModel } = await import('../../onnx/open-written-model.ts')
  try {
    return await openWrittenModel({ bytes }, { intraOpThreads: 1 })
  } catch (error) {
    return { refusal: shortened(messageOf(error)) }
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
    ...(outcome.kind === 'refused' ? {} : { copy: copyOf(path, bytes!) }),
  }
}

function copyOf(path: string | undefined, bytes: Uint8Array): CompiledCopy {
  if (path !== undefined) return { path }
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength))
  shared.set(bytes)
  return { shared }
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
