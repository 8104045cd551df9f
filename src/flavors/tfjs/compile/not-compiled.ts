/**
 * Why a model is not compiled to ONNX. Not an error of the model: TF.js itself may run it, and does where an engine is
 * chosen automatically.
 */
export class NotCompiled extends Error {
  /** `layer 'conv1' (Conv2D)` or `node 'a/b' (Where)`; undefined until the reader of the model adds it. */
  readonly place: string | undefined
  readonly reason: string

  constructor(reason: string, place?: string) {
    super(place === undefined ? reason : `${place}: ${reason}`)
    this.name = 'NotCompiled'
    this.reason = reason
    this.place = place
  }

  /** The same, of this place. */
  at(place: string): NotCompiled {
    return new NotCompiled(this.reason, place)
  }
}

/**
 * No engine could hold a tensor of the model, or make all of its calls. Nothing is to be gained by trying, and all
 * memory to be lost.
 */
export class TooLarge extends NotCompiled {
  constructor(reason: string, place?: string) {
    super(reason, place)
    this.name = 'TooLarge'
  }

  override at(place: string): TooLarge {
    return new TooLarge(this.reason, place)
  }
}

/** Runs `work`, and names `place` in what it throws as `NotCompiled`, unless an inner place is named already. */
export function within<T>(place: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof NotCompiled && error.place === undefined) throw error.at(place)
    throw error
  }
}
