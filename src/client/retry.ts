import { setTimeout as sleep } from 'node:timers/promises'
import { cancelled, isUnreachable, ServingError } from '../core/errors.ts'
import type { ConnectionOptions } from './connection-options.ts'

/** When a request is sent again. Seconds, as in MLflow's variables. */
export interface RetryRules {
  readonly maxRetries: number
  readonly backoffFactor: number
  readonly backoffJitter: number
  readonly respectRetryAfter: boolean
}

/** What the options say, and for the rest what MLflow's variables say when they are not set. */
export function retryRules(options: ConnectionOptions): RetryRules {
  const { maxRetries = 7, backoffFactor = 2, backoffJitter = 1, respectRetryAfter = true } = options
  return { maxRetries, backoffFactor, backoffJitter, respectRetryAfter }
}

/** A retry that is about to be waited for. */
export interface Retry {
  readonly reason: ServingError
  /** The attempt that comes, from 2 to `attempts`. */
  readonly attempt: number
  readonly attempts: number
  readonly waitSeconds: number
}

/** `DEFAULT_BACKOFF_MAX` of urllib3, which MLflow's client retries with; also the most that Retry-After is heeded. */
const LONGEST_WAIT_SECONDS = 120

/**
 * Does `attempt` until it ends otherwise than with `unreachable`, at most `maxRetries` times more than once.
 * @throws ServingError what the last attempt threw; CANCELLED where the signal ends a wait
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  rules: RetryRules & { readonly signal?: AbortSignal | undefined; readonly onRetry: (retry: Retry) => void },
): Promise<T> {
  const attempts = rules.maxRetries + 1
  for (let done = 1; ; done++) {
    try {
      return await attempt()
    } catch (error) {
      if (!isUnreachable(error) || done >= attempts) throw error
      const waitSeconds = waitBefore(done, error.retryAfterSeconds, rules)
      rules.onRetry({ reason: error, attempt: done + 1, attempts, waitSeconds })
      await pause(waitSeconds, rules.signal, 'while it waited to ask again')
    }
  }
}

/**
 * Seconds before retry number `retry` (from 1), as urllib3's `Retry` with MLflow's settings: the first follows at
 * once, the others after factor * 2^(retry - 1) and the jitter; a positive Retry-After goes first.
 */
export function waitBefore(
  retry: number,
  retryAfterSeconds: number | undefined,
  rules: Omit<RetryRules, 'maxRetries'>,
): number {
  if (rules.respectRetryAfter && retryAfterSeconds !== undefined && retryAfterSeconds > 0) {
    return Math.min(retryAfterSeconds, LONGEST_WAIT_SECONDS)
  }
  if (retry <= 1) return 0
  const wait = rules.backoffFactor * 2 ** (retry - 1) + Math.random() * rules.backoffJitter
  return Math.min(Math.max(wait, 0), LONGEST_WAIT_SECONDS)
}

/** Seconds of a Retry-After header: a number, or the time until a date (RFC 9110, section 10.2.3). */
export function readRetryAfter(header: string | undefined): number | undefined {
  const text = header?.trim()
  if (!text) return undefined
  if (/^\d+$/.test(text)) return Number(text)
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000)
}

/** @throws ServingError CANCELLED where the signal ends it */
export async function pause(seconds: number, signal: AbortSignal | undefined, stage: string): Promise<void> {
  try {
    await sleep(seconds * 1000, undefined, signal === undefined ? {} : { signal })
  } catch {
    throw cancellation(signal, stage)
  }
}

/** What a signal that ended a call throws: its own reason where that is one of ours. */
export function cancellation(signal: AbortSignal | undefined, stage: string): ServingError {
  const reason: unknown = signal?.reason
  return reason instanceof ServingError ? reason : cancelled(`The call was cancelled ${stage}`)
}
