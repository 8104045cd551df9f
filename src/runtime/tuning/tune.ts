import type { TensorMap } from '../../core/tensor.ts'
import { PLAIN_ROWS } from '../batching/plain-rows.ts'
import { candidateRows } from './candidate-rows.ts'
import { NotBatched } from './not-batched.ts'
import { budgetOf, Planning, type TuneOptions } from './planning.ts'
import { findSequences, raggedRows, type SequenceInputs, sequenceLayout } from './ragged-rows.ts'
import { longestRunMs, text } from './size-search.ts'
import { collectTrialRows, FEWEST_ROWS } from './trial-rows.ts'

/**
 * Proves that rows are answered in batches as they are alone, searches the best size, and warms every size that is used.
 * Sequences with a mask are tried at different lengths first.
 * @throws NotBatched with the reason; ServingError what the engine throws; TuningStopped.
 */
export async function tune(options: TuneOptions): Promise<void> {
  const { engine, runs } = options
  const rowMs = affordableRowMs(options)
  const candidates = await candidateRows(options)
  const sequences = findSequences(engine.inputs, candidates[0])
  const apart = sequences && (await tuneRagged(options, candidates, sequences))
  if (sequences !== undefined && apart === undefined) return
  const alike = candidates.filter((row) => PLAIN_ROWS.fits(candidates[0]!, row))
  const proves = options.batching.mode !== 'on'
  const kept = sequences === undefined ? {} : { kept: sequences.mask }
  const rows = await collectTrialRows({ runs, candidates: alike, rowMs, proves, ...kept })
  const note = apart === undefined ? '' : `; those of other lengths run apart: ${apart}`
  await new Planning(options, { rows, note, proves }).run()
}

/**
 * Even where batching is switched on by hand, sequences are filled up only with proof.
 * @returns why rows of different lengths cannot share a batch; undefined where they do from now on.
 */
async function tuneRagged(
  options: TuneOptions,
  examples: readonly TensorMap[],
  sequences: SequenceInputs,
): Promise<string | undefined> {
  try {
    const candidates = raggedRows(examples, sequences)
    const rowMs = affordableRowMs(options)
    const rows = await collectTrialRows({
      runs: options.runs,
      candidates,
      rowMs,
      proves: true,
      kept: sequences.mask,
    })
    const layout = sequenceLayout(rows, sequences)
    const note = ', sequences of different lengths among them'
    await new Planning(options, { rows, layout, note, proves: true }).run()
    return undefined
  } catch (error) {
    if (!(error instanceof NotBatched)) throw error
    options.onPlan(undefined)
    return error.message
  }
}

/** A model of which a handful of runs takes longer than all of it may is not even tried. */
function affordableRowMs(options: TuneOptions): number {
  const { rowMs = 0, placement, batching } = options
  const { targetP99Ms } = batching
  const boundMs = longestRunMs(placement, targetP99Ms)
  if (rowMs > boundMs) {
    const target = targetP99Ms === undefined ? '' : `, for a target of ${targetP99Ms} ms`
    throw new NotBatched(
      `a batch may take ${text(boundMs)} ms${target}, and a row alone takes ${text(rowMs)} ms`,
    )
  }
  // Four rows alone, and a batch of two to see whether it gains anything.
  const leastMs = (FEWEST_ROWS + 2) * rowMs
  if (leastMs > budgetOf(options)) {
    throw new NotBatched(`a row takes ${Math.round(rowMs)} ms, too long to prove batches beside the requests`)
  }
  return rowMs
}
