import { invalidModel, messageOf, type ServingError } from '../../../core/errors.ts'

/** What tfjs-converter 4.22 says where the graph is at fault, whatever its inputs are: their shapes and values are not looked at. */
const OF_THE_MODEL = [
  /^Cannot compute the outputs \[/,
  /^Unknown op '/,
  /^Custom op \S+ is not registered/,
  /^Node type \S+ is not implemented/,
  /^Invalid data types; op elements/,
  /^TensorList dtype is /,
  /^Fused ?(Conv2d|MatMul) .*(BiasAdd|FusedBatchNorm)/i,
]

/**
 * Why a model gives an answer to no request; undefined where an error may be due to the inputs that were tried.
 * @param errors what TF.js threw for each input that was tried; all that were tried.
 */
export function unrunnable(errors: readonly unknown[]): ServingError | undefined {
  const messages = errors.map(messageOf)
  const [first] = messages
  if (first === undefined || !messages.every(isOfTheModel)) return undefined
  const [reason = first] = first.split(/\. (?:Consider|Alternatively|File an issue)/, 1)
  return invalidModel(
    `TF.js loads the model and cannot run it: ${reason}. Convert it again with loops unrolled (Keras: unroll=True), or to ` +
      'ONNX, and serve that.',
    { details: { reason }, cause: errors[0] },
  )
}

function isOfTheModel(message: string): boolean {
  return OF_THE_MODEL.some((words) => words.test(message))
}
