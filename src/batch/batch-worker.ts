import { move, transferableSymbol, valueSymbol, workerData } from 'piscina'
import { serializeError } from '../core/errors.ts'
import type { BatchMessage, BatchReply, PredictedBlock, WorkerSetup } from './batch-messages.ts'
import { BlockPredictor } from './predict/block-predictor.ts'

const { job, opened } = workerData as WorkerSetup
/** The model is opened once a thread, while the main thread looks at the input. */
const opening = BlockPredictor.open(job)
const settled = (): number => Atomics.add(opened, 0, 1)
// Whoever asks first hears of a failure.
opening.then(settled, settled)

/** What the thread was asked before, done or not. */
let previous: Promise<unknown> = Promise.resolve()

/** The worker thread's side of a batch run: one message after the other. */
export default function handle(message: BatchMessage): Promise<BatchReply> {
  const turn = previous.then(() => answer(message))
  previous = turn
  return turn
}

/** Never throws: an Error that crosses keeps only its message. */
async function answer(message: BatchMessage): Promise<BatchReply> {
  try {
    const predictor = await opening
    switch (message.kind) {
      case 'open':
        return { status: 'opened', model: predictor.model }
      case 'look':
        return { status: 'seen', seen: await predictor.look(message.content, message.reading) }
      default:
        return moved(await predictor.predict(message.content, message.reading))
    }
  } catch (error) {
    return { status: 'failed', error: serializeError(error) }
  }
}

/** The reply with its texts transferred, not copied. */
function moved(block: PredictedBlock): BatchReply {
  const reply: BatchReply = { status: 'predicted', block }
  const buffers = block.parts.map(({ buffer }) => buffer)
  // piscina unwraps what `move` marks before it posts it.
  return move({ [transferableSymbol]: buffers, [valueSymbol]: reply } as never) as unknown as BatchReply
}
