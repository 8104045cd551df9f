import { isRecord } from '../../core/record.ts'
import { shortened } from '../../core/shortened.ts'

const LONGEST = 500

/**
 * Members under which servers say what is wrong. MLflow's stack trace ends with what went wrong in the model, of which its
 * `message` tells nothing; `error` is of V2 and TensorFlow Serving, `detail` of FastAPI.
 */
const SAYING = ['stack_trace', 'message', 'error', 'detail'] as const

/**
 * What a server says when it refuses a request, in one line for a person: the message of its JSON, the title of its page,
 * else its text. Of several lines it is the last one, where Python has the error behind the calls.
 */
export function refusalText(text: string): string {
  const lines = (messageOfJson(text) ?? titleOfPage(text) ?? text).trim().split('\n')
  return shortened((lines.at(-1) ?? '').trim())
    .slice(0, LONGEST)
    .replace(/\.$/, '')
}

function messageOfJson(text: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const said = SAYING.map((name) => textOf(value[name]))
  return said.filter((each) => typeof each === 'string').find((each) => each !== '')
}

/** FastAPI lists what is wrong with a body. */
function textOf(said: unknown): unknown {
  if (!Array.isArray(said)) return said
  return said
    .filter(isRecord)
    .map(({ msg }) => msg)
    .join('; ')
}

function titleOfPage(text: string): string | undefined {
  if (!/^\s*<(?:!doctype|html|head|title)/i.test(text)) return undefined
  const [, , title] = /<(title|h1)[^>]*>(.*?)<\/\1>/is.exec(text) ?? []
  return `a page${title === undefined ? '' : ` titled '${title.replaceAll(/\s+/g, ' ').trim()}'`}`
}
