import { ServingError } from '../../core/errors.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { ReplyForm } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { BadRow } from '../batch-messages.ts'
import type { BlockContent } from '../block.ts'
import type { BlockRows } from './block-rows.ts'

/** The outputs of some rows of a block. */
export interface Predicted {
  readonly rows: number
  readonly outputs: TensorMap
  readonly form: ReplyForm
}

/** Predictions of consecutive rows of a block, from row `from` on. */
export interface PredictedPart extends Predicted {
  readonly from: number
}

export interface IsolationInit {
  readonly rows: BlockRows
  readonly predict: (content: BlockContent) => Promise<Predicted>
  /** Find all rows that fail, not only the first. */
  readonly keepGoing: boolean
}

/** Finds the rows for which a block fails, by predicting it in halves, and the predictions of the others. */
export class BadRowSearch {
  readonly parts: PredictedPart[] = []
  readonly badRows: BadRow[] = []
  readonly #init: IsolationInit

  constructor(init: IsolationInit) {
    this.#init = init
  }

  /** @param error of these rows together. @throws ServingError where it is no fault of the rows */
  async search(from: number, to: number, error: unknown): Promise<void> {
    if (!isFaultOfRows(error)) throw error
    if (to - from <= 1) {
      this.#report(from, error)
      return
    }
    const cuts = cutsOf(from, to, rowBlamed(error))
    for (let i = 0; i + 1 < cuts.length; i += 1) await this.#try(cuts[i]!, cuts[i + 1]!)
  }

  async #try(from: number, to: number): Promise<void> {
    if (from === to || (!this.#init.keepGoing && this.badRows.length > 0)) return
    try {
      const predicted = await this.#init.predict(this.#init.rows.part(from, to))
      this.parts.push({ ...predicted, from })
    } catch (error) {
      await this.search(from, to, error)
    }
  }

  #report(row: number, { message }: ServingError): void {
    const { rows } = this.#init
    const line = rows.lineOf(row)
    this.badRows.push({
      row,
      ...(line === undefined ? {} : { line }),
      input: rows.inputOf(row),
      error: message,
    })
  }
}

/**
 * Where rows that fail are cut: around the row that a decoder blames, which is taken for granted no further. What is
 * behind it is halved, or a block of bad rows alone would be read anew from each of its rows to the end.
 */
function cutsOf(from: number, to: number, blamed: number | undefined): readonly number[] {
  if (blamed === undefined) return [from, (from + to) >> 1, to]
  const row = Math.min(from + blamed, to - 1)
  return [from, row, row + 1, (row + 1 + to) >> 1, to]
}

/** Everything else would fail with other rows too. */
function isFaultOfRows(error: unknown): error is ServingError {
  return (
    error instanceof ServingError &&
    (error.code === 'BAD_REQUEST' || error.code === 'INVALID_PARAMETER_VALUE')
  )
}

function rowBlamed({ details }: ServingError): number | undefined {
  const row = details['row']
  return typeof row === 'number' && Number.isInteger(row) && row >= 0 ? row : undefined
}
