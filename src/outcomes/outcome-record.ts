import { crc32 } from 'node:zlib'
import { isRecord } from '../core/record.ts'
import type { OutcomeFacts } from '../rollout/outcome-ids.ts'

/** The outcome of one answer, as it is kept. */
export interface OutcomeRecord {
  /** As the reply carried it. */
  readonly outcomeId: string
  /** What the id says, which was proved when the outcome came. */
  readonly facts: OutcomeFacts
  /** Finite. */
  readonly value: number
  /** Milliseconds since 1970. */
  readonly receivedAt: number
}

/**
 * A record as one line of JSON, with its end. The last field is the CRC-32 of all text before it, so that what a crash left
 * half written, or a disk wrong, is never taken for an outcome; any reader of JSON Lines reads the rest.
 */
export function outcomeLine({ outcomeId, facts, value, receivedAt }: OutcomeRecord): string {
  const { rolloutId, variant, step, key, issuedAt, nonce } = facts
  const fields = {
    ...{ outcome_id: outcomeId, rollout_id: rolloutId, variant, step, key, issued_at: issuedAt, nonce },
    ...{ value, received_at: receivedAt },
  }
  const text = JSON.stringify(fields).slice(0, -1)
  return `${text}${CHECKSUM}${checksum(text)}"}\n`
}

/** @param line without its end. @returns undefined where it is damaged */
export function readOutcomeLine(line: string): OutcomeRecord | undefined {
  const end = line.length - CHECKSUM.length - 10
  const text = line.slice(0, Math.max(0, end))
  if (line !== `${text}${CHECKSUM}${checksum(text)}"}`) return undefined
  return asRecord(JSON.parse(line))
}

const CHECKSUM = ',"crc32":"'

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}

function asRecord(fields: unknown): OutcomeRecord | undefined {
  if (!isRecord(fields)) return undefined
  const { outcome_id: outcomeId, rollout_id: rolloutId } = fields
  if (typeof outcomeId !== 'string' || typeof rolloutId !== 'string') return undefined
  const number = (name: string): number => {
    const value = fields[name]
    return typeof value === 'number' ? value : Number.NaN
  }
  const [variant, step, key, nonce] = [number('variant'), number('step'), number('key'), number('nonce')]
  const [issuedAt, value, receivedAt] = [number('issued_at'), number('value'), number('received_at')]
  if (![variant, step, key, nonce, issuedAt, value, receivedAt].every(Number.isFinite)) return undefined
  return { outcomeId, facts: { rolloutId, variant, step, key, issuedAt, nonce }, value, receivedAt }
}
