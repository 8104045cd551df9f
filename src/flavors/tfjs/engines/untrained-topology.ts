import { isRecord } from '../../../core/record.ts'
import type { ModelArtifacts } from '../artifacts/model-artifacts.ts'

/** What Keras's JSON calls the field of each weight. */
const INITIALIZER = /_initializer$/
const ZEROS = { class_name: 'Zeros', config: {} }

/**
 * A copy of a topology of layers whose weights begin as zeros. All of them are loaded; TF.js would first draw those of models
 * within models at random, and an orthogonal matrix (what Keras draws for LSTM and GRU) takes seconds, and functions that
 * only the union package of TF.js has (4.22).
 */
export function untrainedTopology(topology: ModelArtifacts['topology']): ModelArtifacts['topology'] {
  return JSON.parse(JSON.stringify(topology), (key, value: unknown) =>
    INITIALIZER.test(key) && isRecord(value) ? ZEROS : value,
  ) as ModelArtifacts['topology']
}
