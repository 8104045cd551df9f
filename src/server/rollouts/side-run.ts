import type { InferenceRequest } from '../../core/inference.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { ServedModel } from '../../runtime/served-model.ts'

/** A request that more models than the one that answers it may be asked. */
export interface RequestSource {
  /** What it keeps in memory. */
  readonly bytes: number
  /** As a model takes it: as it was read, or read again where the model's tensors are others. @throws ServingError */
  requestFor(model: ServedModel): InferenceRequest | Promise<InferenceRequest>
}

export interface SideRun {
  readonly model: ServedModel
  readonly source: RequestSource
  /** Told once. Must not throw. */
  ended(result: SideResult): void
}

export type SideResult =
  | {
      readonly kind: 'answered'
      /** As the model was asked: a copy. */
      readonly request: InferenceRequest
      readonly outputs: TensorMap
      readonly milliseconds: number
    }
  | { readonly kind: 'failed'; readonly error: unknown; readonly milliseconds: number }
  /** It was not run: there was no room, or the server had other things to do. */
  | { readonly kind: 'dropped' }
  /** It was not run: it is never copied at this size. */
  | { readonly kind: 'too-large' }

export const DROPPED: SideResult = { kind: 'dropped' }
export const TOO_LARGE: SideResult = { kind: 'too-large' }

/** In the details of the refusal to read a request again that is too large for it. */
export const TOO_LARGE_AGAIN = 'size'
