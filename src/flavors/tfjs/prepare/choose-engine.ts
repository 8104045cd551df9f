import { invalidModel } from '../../../core/errors.ts'
import type { EngineChoice, TfjsEngineChoice } from '../../engine-choice.ts'
import type { Verdict } from './verdict.ts'

/** Where an engine is chosen by what was found out about the model. */
export type SettledChoice = Extract<TfjsEngineChoice, 'auto' | 'onnxruntime'>

/**
 * onnxruntime where the model was compiled and proved equal; else TF.js itself: its wasm backend, or what has the
 * kernel that wasm lacks.
 * @param hasTfjsNode whether @tensorflow/tfjs-node is installed.
 * @throws ServingError INVALID_PARAMETER_VALUE where onnxruntime is wanted and does not serve the model
 */
export function chooseEngine(
  { outcome, wasmLack }: Pick<Verdict, 'outcome' | 'wasmLack'>,
  choice: SettledChoice,
  hasTfjsNode: () => boolean,
): EngineChoice {
  if (outcome.kind === 'compiled') return { name: 'onnxruntime' }
  const { reason } = outcome
  if (choice === 'onnxruntime') throw notServed(reason)
  if (wasmLack === undefined) return { name: 'wasm', reason }
  const lack = `${reason}; the wasm backend of TF.js ${wasmLack}`
  return { name: hasTfjsNode() ? 'tfjs-node' : 'cpu', reason: lack }
}

export function notServed(reason: string) {
  return invalidModel(
    `onnxruntime does not run the model: ${reason}. Another engine may: leave out --tfjs-engine onnxruntime.`,
    { details: { engine: 'onnxruntime', reason } },
  )
}
