import { performance } from 'node:perf_hooks'
import { internalError } from '../../core/errors.ts'
import type { CancelListener, CancelSignal, PredictOptions, Predictor } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { newTiming, type Timing } from '../../core/timing.ts'
import type { PlacedItem } from '../../core/unordered-items.ts'
import type { BatchCall, RunFacts } from './batch-call.ts'
import type { BatchPart } from './batch-part.ts'
import type { RowJoining } from './row-joining.ts'

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** One run: the rows of one call or of several. It is the signal by which the run is taken back. */
export class Batch implements CancelSignal, PlacedItem {
  place = -1
  readonly parts: readonly BatchPart[]
  readonly rows: number
  aborted = false
  readonly joining: RowJoining | undefined
  /** Of each part, kept to tell its rows from the others'. */
  #inputs: readonly TensorMap[] = []
  #timing: Timing | undefined
  #listener: CancelListener | undefined

  /** @param joining for several parts: they fit by it. */
  constructor(parts: readonly BatchPart[], joining: RowJoining | undefined) {
    this.parts = parts
    this.joining = joining
    let rows = 0
    for (const part of parts) rows += part.rows
    this.rows = rows
  }

  /** Exactly one call, and all of it: it is run as it came, with its own signal and deadline. */
  get single(): boolean {
    return this.parts.length === 1 && this.parts[0]!.whole
  }

  get calls(): readonly BatchCall[] {
    return this.parts.map(({ call }) => call)
  }

  /** Whether all of its calls have their answers: by their deadlines, or since they were taken back. */
  get unwanted(): boolean {
    for (const { call } of this.parts) if (!call.settled) return false
    return true
  }

  /** Begins the run, within this call where the engine runs in this thread. @throws where its rows cannot be joined. */
  run(engine: Predictor): Promise<TensorMap> {
    if (this.single) {
      const { call } = this.parts[0]!
      return engine.predict(call.inputs, call.options)
    }
    this.#inputs = this.parts.map((part) => part.inputs())
    const inputs = this.parts.length === 1 ? this.#inputs[0]! : this.joining!.join(this.#inputs)
    return engine.predict(inputs, this.#options())
  }

  /** Gives each call its rows of what the run gave. @throws ServingError where they cannot be told apart: none has any then. */
  answer(outputs: TensorMap): void {
    const endedAt = performance.now()
    if (this.single) {
      const { call } = this.parts[0]!
      if (call.options.timing !== undefined) call.options.timing.batchRows = this.rows
      call.succeed(outputs, endedAt)
      return
    }
    checkRows(outputs, this.rows)
    const each = this.parts.length === 1 ? [outputs] : this.joining!.split(outputs, this.#inputs)
    const run: RunFacts = { rows: this.rows, endedAt, computeMs: this.#timing!.compute }
    for (let at = 0; at < this.parts.length; at++) {
      const { call, from, rows } = this.parts[at]!
      call.answerFrom(from, rows, each[at]!, run)
    }
  }

  /** Takes the run back, as far as that is possible. A single one has been told by its caller. */
  abort(): void {
    if (this.aborted) return
    this.aborted = true
    const listener = this.#listener
    if (typeof listener === 'function') listener()
    else listener?.handleEvent()
  }

  addEventListener(_type: 'abort', listener: CancelListener): void {
    this.#listener = listener
  }

  removeEventListener(): void {
    this.#listener = undefined
  }

  /** Parameters and wanted outputs are the same for all. */
  #options(): PredictOptions {
    const { parameters, outputs } = this.parts[0]!.call.options
    let deadline = 0
    for (const { call } of this.parts) deadline = Math.max(deadline, call.deadline)
    this.#timing = newTiming()
    const options: Writable<PredictOptions> = { signal: this, timing: this.#timing }
    // The last of them: until then somebody waits.
    if (deadline < Number.POSITIVE_INFINITY) options.deadline = deadline
    if (parameters !== undefined) options.parameters = parameters
    if (outputs !== undefined) options.outputs = outputs
    return options
  }
}

/** Rather no answer than one with the rows of somebody else. */
function checkRows(outputs: TensorMap, rows: number): void {
  for (const [name, { shape }] of outputs) {
    if (shape[0] === rows) continue
    throw internalError(`The output '${name}' has shape (${shape.join(', ')}) after a run of ${rows} rows`)
  }
}
