import type { ColumnType, Schema } from '../../signature/model-signature.ts'
import { type Random, wholeNumber } from './random.ts'
import { texts } from './scalar-values.ts'

/** Pairs of a word and a number that a message has. */
const [SHORTEST, LONGEST] = [4, 16]

/** Columns of conversations: of MLflow's `ChatModel` and `ChatAgent`, and of its `ResponsesAgent`. */
const CONVERSATIONS = ['messages', 'input'] as const

/**
 * Makes requests of one message of a user, where the schema is that of a chat: in the unified form of LLMs, the members of
 * which stand alone. (`mlflow/types/llm.py`, `agent.py` and `responses.py`, 3.17.2) undefined for other schemas.
 */
export function chatBodies(schema: Schema): ((random: Random) => object) | undefined {
  if (schema.kind !== 'columns') return undefined
  const needed = schema.columns.filter(({ required }) => required)
  const [column] = needed
  const name = CONVERSATIONS.find((each) => each === column?.name)
  if (name === undefined || column === undefined || needed.length > 1 || !isConversation(column.type)) {
    return undefined
  }
  const word = texts([])
  return (random) => {
    const words = Array.from({ length: wholeNumber(random, SHORTEST, LONGEST) }, () => word(random))
    return { [name]: [{ role: 'user', content: words.join(', ') }] }
  }
}

/** A list of messages, or of anything, as an agent takes it. */
function isConversation(type: ColumnType): boolean {
  if (typeof type === 'string' || type.kind !== 'array') return false
  const { items } = type
  if (typeof items === 'string') return items === 'any'
  if (items.kind !== 'object') return false
  const names = items.properties.map(({ name }) => name)
  return names.includes('role') && names.includes('content')
}
