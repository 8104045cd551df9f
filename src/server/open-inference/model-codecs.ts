import { scoringHabits } from '../../flavors/scoring-habits.ts'
import type { OpenInferenceCodec } from '../../protocols/open-inference/open-inference-codec.ts'
import type { ServedModel } from '../../runtime/served-model.ts'

type CompilerModule = typeof import('../../protocols/open-inference/compile-open-inference-codec.ts')

/** The codecs of the Open Inference Protocol, each compiled for the first request to its model. */
export class ModelCodecs {
  readonly #codecs = new WeakMap<ServedModel, OpenInferenceCodec>()
  #compiler: Promise<CompilerModule> | undefined

  /** The codec where there is one already, without a turn of the event loop. */
  known(model: ServedModel): OpenInferenceCodec | undefined {
    return this.#codecs.get(model)
  }

  async open(model: ServedModel): Promise<OpenInferenceCodec> {
    this.#compiler ??= import('../../protocols/open-inference/compile-open-inference-codec.ts')
    const { compileOpenInferenceCodec } = await this.#compiler
    const known = this.#codecs.get(model)
    if (known !== undefined) return known
    const { name, version, mlmodel, predictor } = model
    const { inputs, outputs, batchable } = predictor
    const { signature } = mlmodel
    const codec = compileOpenInferenceCodec({
      ...{ name, version, signature, inputs, outputs, batchable },
      ...scoringHabits(mlmodel),
    })
    this.#codecs.set(model, codec)
    return codec
  }
}
