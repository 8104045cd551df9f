import { deserializeError, invalidModel } from '../../../core/errors.ts'
import type { EngineChoice, EngineName } from '../../engine-choice.ts'
import type { ModelTraits, PreparedModel, PrepareOptions } from '../../flavor.ts'
import type { MlModel } from '../../mlmodel.ts'
import { readModelJson } from '../../tfjs-model-json.ts'
import { INSTALL_TFJS_NODE } from '../../tfjs-version.ts'
import { digestArtifacts } from '../artifacts/digest-artifacts.ts'
import { limitTfjsNodeThreads } from '../engines/limit-tfjs-node-threads.ts'
import { cacheKey } from './cache-key.ts'
import { chooseEngine, notServed, type SettledChoice } from './choose-engine.ts'
import { CompiledCache } from './compiled-cache.ts'
import { prepareInThread, type ThreadDeath } from './prepare-in-thread.ts'
import type { PrepareJob, PrepareReply, Settled } from './prepare-messages.ts'
import { isTfjsNodeInstalled } from './tfjs-node-installed.ts'
import type { TfjsPlan } from './tfjs-plan.ts'
import { hasLoops } from './unbounded-run.ts'
import type { Verdict } from './verdict.ts'

/** From then on somebody may wonder. */
const LATE_MS = 5_000
const LATE =
  'it is still being compiled and compared with what TF.js gives; --tfjs-engine wasm serves it without'

/** `prepare` of the flavor for one model, in a thread that loads no engine. */
export class ModelPreparation {
  readonly #model: MlModel
  readonly #dataFile: string
  readonly #options: PrepareOptions

  /** @throws ServingError INVALID_PARAMETER_VALUE where the MLmodel file names no model.json */
  constructor(model: MlModel, options: PrepareOptions) {
    const data = model.flavorConfig['data']
    if (typeof data !== 'string') {
      throw invalidModel("The 'tfjs' flavor of the MLmodel file names no model file ('data').")
    }
    this.#model = model
    this.#dataFile = data
    this.#options = options
  }

  /** @throws ServingError INVALID_PARAMETER_VALUE */
  async prepare(): Promise<PreparedModel> {
    const { tfjsEngine = 'auto' } = this.#options
    const { directory, flavorConfig } = this.#model
    const { digest, bytes } = await digestArtifacts(directory, this.#dataFile, flavorConfig['format'])
    if (tfjsEngine !== 'auto' && tfjsEngine !== 'onnxruntime') return this.#forced(tfjsEngine, digest, bytes)
    const settled = (await this.#find(digest)) ?? (await this.#settle(digest))
    if ('died' in settled) return this.#unsettled(tfjsEngine, settled.died, { digest, bytes })
    return this.#settled(tfjsEngine, digest, settled)
  }

  /** TF.js itself, as was wished: there is nothing to find out. */
  async #forced(name: EngineName, digest: string, bytes: number): Promise<PreparedModel> {
    if (name === 'tfjs-node' && !isTfjsNodeInstalled()) {
      throw invalidModel(`The engine tfjs-node needs the package @tensorflow/tfjs-node: ${INSTALL_TFJS_NODE}`)
    }
    return this.#prepared({ name }, await this.#tfjsTraits(bytes), { digest })
  }

  async #find(digest: string): Promise<Settled | undefined> {
    const { cache } = this.#options
    if (cache === undefined) return undefined
    const kept = await new CompiledCache(cache).find(cacheKey(digest))
    if (kept === undefined) return undefined
    const { verdict, path } = kept
    if (verdict.outcome.kind === 'refused' || path === undefined) return { verdict }
    return { verdict, copy: { path } }
  }

  async #settle(digest: string): Promise<Settled | { readonly died: string }> {
    const { cache } = this.#options
    const job: PrepareJob = {
      directory: this.#model.directory,
      dataFile: this.#dataFile,
      digest,
      reference: 'wasm',
      key: cacheKey(digest),
      ...(cache === undefined ? {} : { cache }),
    }
    const reply = await this.#ask(job)
    if (reply.status === 'died') return { died: `compiling it was given up: ${reply.reason}` }
    const settled = requireSettled(reply)
    if (settled.notKept !== undefined && cache !== undefined) {
      this.#warn(`what was compiled is not kept in ${cache.folder}: ${settled.notKept}`)
    }
    return settled
  }

  /** In a thread of its own; in a second one with the cpu backend, where wasm cannot run the model or disagrees. */
  async #ask(job: PrepareJob): Promise<PrepareReply | ThreadDeath> {
    const late = setTimeout(() => this.#warn(LATE), LATE_MS).unref()
    try {
      const reply = await prepareInThread(job)
      if (reply.status === 'unable') {
        return await prepareInThread({ ...job, reference: 'cpu', wasmLack: reply.lack })
      }
      if (reply.status !== 'settled' || reply.isDisputed !== true) return reply
      const decided = await prepareInThread({ ...job, reference: 'cpu' })
      return decided.status === 'settled' ? decided : reply
    } finally {
      clearTimeout(late)
    }
  }

  async #settled(choice: SettledChoice, digest: string, { verdict, copy }: Settled): Promise<PreparedModel> {
    const { weightBytes, unboundedRun } = verdict
    const rows = verdict.rowsIndependent === undefined ? {} : { rowsIndependent: verdict.rowsIndependent }
    const engine = chooseEngine(verdict, choice, isTfjsNodeInstalled)
    if (verdict.outcome.kind === 'compiled' && copy !== undefined) {
      const traits = { weightBytes: verdict.outcome.bytes, unboundedRun: false }
      return this.#prepared(engine, traits, {
        ...{ digest, ...rows, verdict },
        compiled: { ...verdict.outcome, copy },
      })
    }
    this.#warnOfUntried(verdict)
    const untried = 'isTooLarge' in verdict.outcome ? { isTooLarge: true as const } : {}
    return this.#prepared(
      engine,
      { weightBytes, unboundedRun, keepsMemory: true },
      { digest, ...rows, ...untried, verdict },
    )
  }

  /** The thread that was to find out has died: TF.js may do with less. */
  async #unsettled(
    choice: SettledChoice,
    reason: string,
    { digest, bytes }: { digest: string; bytes: number },
  ): Promise<PreparedModel> {
    if (choice === 'onnxruntime') throw notServed(reason)
    return this.#prepared({ name: 'wasm', reason }, await this.#tfjsTraits(bytes), { digest })
  }

  async #tfjsTraits(weightBytes: number): Promise<ModelTraits> {
    const { topology } = await readModelJson(this.#model.directory, this.#dataFile)
    return { weightBytes, unboundedRun: hasLoops(topology), keepsMemory: true }
  }

  #prepared(
    engine: EngineChoice,
    traits: ModelTraits,
    found: Omit<TfjsPlan, 'kind' | 'dataFile'>,
  ): PreparedModel {
    if (engine.name === 'cpu') this.#warnOfCpu(engine.reason)
    if (engine.name === 'tfjs-node') limitTfjsNodeThreads(1)
    const plan: TfjsPlan = { kind: 'tfjs', dataFile: this.#dataFile, ...found }
    return { ...this.#model, traits, engine, plan }
  }

  #warnOfUntried({ outcome }: Verdict): void {
    if (outcome.kind !== 'refused' || outcome.untried === undefined) return
    this.#warn(
      'TF.js took none of the inputs that were made up for it, so that nobody knows whether it answers. ' +
        `Golden requests show it. What TF.js said: ${outcome.untried}`,
    )
  }

  #warnOfCpu(reason: string | undefined): void {
    const why = reason === undefined ? '' : `: ${reason}`
    this.#warn(`the cpu backend of TF.js runs it, which is many times slower than any other engine${why}`)
  }

  #warn(message: string): void {
    this.#options.warn?.(`TF.js model ${this.#model.directory}: ${message}`)
  }
}

function requireSettled(reply: PrepareReply): Settled {
  if (reply.status === 'settled') return reply
  if (reply.status === 'failed') throw deserializeError(reply.error)
  throw invalidModel(`No engine runs the model: the cpu backend of TF.js ${reply.lack}.`, {
    details: { reason: reply.lack },
  })
}
