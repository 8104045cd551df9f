import type { CancelListener, CancelSignal } from '../core/predictor.ts'

/** The signal of one request: what an AbortController gives, at a small part of what one costs. */
export class Cancellation implements CancelSignal {
  aborted = false
  /** Most requests have none or one, so the list is made for those that have more. */
  #first: CancelListener | undefined
  #others: CancelListener[] | undefined

  addEventListener(_type: 'abort', listener: CancelListener): void {
    if (this.#first === undefined) this.#first = listener
    else if (this.#others === undefined) this.#others = [listener]
    else this.#others.push(listener)
  }

  removeEventListener(_type: 'abort', listener: CancelListener): void {
    if (this.#first === listener) {
      this.#first = undefined
      return
    }
    const at = this.#others?.indexOf(listener) ?? -1
    if (at >= 0) this.#others!.splice(at, 1)
  }

  /** Tells everybody, once. */
  abort(): void {
    if (this.aborted) return
    this.aborted = true
    const listeners = [this.#first, ...(this.#others ?? [])]
    this.#first = undefined
    this.#others = undefined
    for (const listener of listeners) {
      if (typeof listener === 'function') listener()
      else listener?.handleEvent()
    }
  }
}
