import {
  type DestinationStream,
  destination,
  type LevelWithSilent,
  type Logger,
  pino,
  stdSerializers,
} from 'pino'
import { printable } from '../core/printable.ts'
import { isRecord } from '../core/record.ts'

export interface LoggerOptions {
  readonly level: LevelWithSilent
  /** `json` is one object a line; `text` is for people. */
  readonly format: 'json' | 'text'
  /** On every line. */
  readonly fields?: Readonly<Record<string, unknown>>
  /** Where the lines go; standard error when absent. */
  readonly stream?: DestinationStream
}

/** Bodies and keys are nowhere among what is logged; the redaction is for what a library may add. */
const REDACTED = [
  'req.headers.authorization',
  'req.headers["x-api-key"]',
  'apiKey',
  'apiKeys',
  'password',
  'token',
]

export function createLogger({ level, format, fields = {}, stream }: LoggerOptions): Logger {
  const sink = stream ?? destination({ fd: 2, sync: true })
  return pino(
    {
      level,
      base: { ...fields },
      redact: REDACTED,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause },
    },
    format === 'json' ? sink : { write: (line: string) => sink.write(textLine(line)) },
  )
}

/** One JSON log line as a person reads it: `12:04:31 WARN  request failed  status=503 model=iris`. */
function textLine(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>
  const fields = Object.entries(rest).map(([name, value]) => `${name}=${plain(value)}`)
  const head = `${String(time).slice(11, 19)} ${String(level).toUpperCase().padEnd(5)} ${printable(String(msg ?? ''))}`
  const trace = isRecord(err) ? `\n  ${err['stack'] ?? err['message']}` : ''
  return `${[head, ...fields].join('  ')}${trace}\n`
}

function plain(value: unknown): string {
  return printable(typeof value === 'string' ? value : String(JSON.stringify(value)))
}
