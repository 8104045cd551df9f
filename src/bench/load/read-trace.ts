import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { invalidParameter, messageOf, ServingError } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'

/** More would take the memory of each thread of the generator. */
const MOST_ARRIVALS = 10_000_000
const TIME_MEMBERS = ['time', 'timestamp']
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const TIME = /^([^\s]+?)\s*(ms|s)?$/

/**
 * Reads recorded arrivals: of each line a time in milliseconds, or with its unit (`12.5 ms`, `0.0125s`), or a JSON
 * object with a `time` or `timestamp`: a number of milliseconds, a text like the above, or a date of ISO 8601. Empty
 * lines and those that begin with `#` are passed over. Lines may be in any order.
 * @returns milliseconds from the first arrival, ascending: what `ArrivalPattern` wants of a trace.
 * @throws ServingError INVALID_PARAMETER_VALUE for a file that cannot be read, with the line where it is wrong.
 */
export async function readTrace(path: string): Promise<readonly number[]> {
  const times: number[] = []
  let lineNumber = 0
  try {
    for await (const line of createInterface({
      input: createReadStream(path),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      lineNumber += 1
      const text = line.trim()
      if (text === '' || text.startsWith('#')) continue
      times.push(timeOf(text, `${path}, line ${lineNumber}`))
      if (times.length > MOST_ARRIVALS)
        throw invalidParameter(`${path} has more than ${MOST_ARRIVALS} arrivals`)
    }
  } catch (error) {
    if (error instanceof ServingError) throw error
    throw invalidParameter(`The trace ${path} cannot be read (${messageOf(error)})`)
  }
  return fromFirst(times, path)
}

function fromFirst(times: number[], path: string): readonly number[] {
  if (times.length < 2)
    throw invalidParameter(`The trace ${path} has ${times.length} arrivals, which give it no rate`)
  times.sort((a, b) => a - b)
  const first = times[0]!
  if (times.at(-1) === first) {
    throw invalidParameter(`All arrivals of the trace ${path} are at the same time, which gives them no rate`)
  }
  return times.map((time) => time - first)
}

function timeOf(text: string, where: string): number {
  if (!text.startsWith('{')) return textTime(text) ?? wrong(text, where)
  const line = parsed(text, where)
  const member = TIME_MEMBERS.find((name) => isRecord(line) && line[name] !== undefined)
  if (!isRecord(line) || member === undefined) {
    throw invalidParameter(`${where}: there is neither a time nor a timestamp`)
  }
  const value = line[member]
  if (typeof value === 'number') return value
  return (
    (typeof value === 'string' ? (textTime(value.trim()) ?? dateTime(value)) : undefined) ??
    wrong(value, where)
  )
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalidParameter(`${where}: this is no JSON (${messageOf(error)})`)
  }
}

function textTime(text: string): number | undefined {
  const [, digits = '', unit] = TIME.exec(text) ?? []
  if (!NUMBER.test(digits)) return undefined
  const time = Number(digits) * (unit === 's' ? 1000 : 1)
  return Number.isFinite(time) ? time : undefined
}

function dateTime(text: string): number | undefined {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

function wrong(value: unknown, where: string): never {
  throw invalidParameter(
    `${where}: ${JSON.stringify(value)} is no time, such as 12.5, '12.5 ms' or '0.0125 s'`,
  )
}
