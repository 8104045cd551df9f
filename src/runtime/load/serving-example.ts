import { posix } from 'node:path'
import { invalidModel, messageOf } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import type { MlModel } from '../../flavors/mlmodel.ts'
import type { GoldenRequest } from './golden-request.ts'
import { readIfThere } from './read-if-there.ts'
import { parseReply } from './reply-comparison.ts'
import type { SampleBody } from './scoring-sample.ts'

/** Beside the input example; MLflow writes the input and leaves the output to whoever runs `mlflow models predict`. */
const OUTPUT_NAME = 'serving_output_example.json'

export interface ServingExample {
  /** The request body that MLflow wrote from the input example. */
  readonly body: SampleBody
  /** The same with its recorded answer, where the model brings one. */
  readonly golden: GoldenRequest | undefined
}

/**
 * Reads the input example of a model, and its recorded output where there is one.
 * @returns undefined where the MLmodel file names no example, or the file it names is not there.
 * @throws ServingError INVALID_PARAMETER_VALUE where the output is not a reply with predictions.
 */
export async function readServingExample(model: MlModel): Promise<ServingExample | undefined> {
  const { directory, servingInputPath } = model
  if (servingInputPath === undefined) return undefined
  const outputPath = posix.join(posix.dirname(servingInputPath), OUTPUT_NAME)
  const [input, output] = await Promise.all([
    readIfThere(directory, servingInputPath),
    readIfThere(directory, outputPath),
  ])
  if (input === undefined) return undefined
  const body: SampleBody = { mediaType: 'application/json', body: input }
  return { body, golden: output && { ...body, ...recordedAnswer(output, outputPath) } }
}

function recordedAnswer(bytes: Uint8Array, file: string): Omit<GoldenRequest, keyof SampleBody> {
  const origin = { file }
  try {
    const reply = parseReply(new TextDecoder().decode(bytes))
    if (!isRecord(reply) || !('predictions' in reply)) throw new TypeError("it has no 'predictions'")
    return { origin, status: 200, reply }
  } catch (error) {
    throw invalidModel(`Recorded answer ${file} cannot be read: ${messageOf(error)}`, {
      details: origin,
      cause: error,
    })
  }
}
