import { DEFAULT_LIMITS as ADMISSION_LIMITS, type AdmissionLimits } from '../runtime/admission/admission.ts'
import { type SettingsOf, setting } from './setting.ts'
import { appendedSecret, bytes, headerSecrets, positiveInteger } from './values.ts'

/** The part of the settings table that bounds what clients may take of the server, and who may. */
export const OVERLOAD_SETTINGS = {
  maxConcurrentRequests: setting({
    flags: '--max-concurrent-requests <count>',
    variable: 'HEADRACE_MAX_CONCURRENT_REQUESTS',
    default: ADMISSION_LIMITS.maxRequests,
    help: 'Requests of one model that may be under way, waiting ones included; more are refused with 503',
    parse: positiveInteger,
  }),
  maxQueueRows: setting({
    flags: '--max-queue-rows <rows>',
    variable: 'HEADRACE_MAX_QUEUE_ROWS',
    default: ADMISSION_LIMITS.maxRows,
    help: 'Rows of all of them; more are refused with 503, but for a request that is alone',
    parse: positiveInteger,
  }),
  maxBodyBytes: setting({
    flags: '--max-body-size <size>',
    variable: 'HEADRACE_MAX_BODY_SIZE',
    default: 100 * 1024 * 1024,
    defaultText: '100m',
    help: 'Largest request body; larger ones are refused with 413',
    parse: bytes,
  }),
  maxBufferedBytes: setting({
    flags: '--max-buffered-size <size>',
    variable: 'HEADRACE_MAX_BUFFERED_SIZE',
    default: 400 * 1024 * 1024,
    defaultText: '400m',
    help: 'All request bodies together that are being received, wait or are worked on; more are refused with 503',
    parse: bytes,
  }),
  apiKey: setting<readonly string[]>({
    flags: '--api-key <key>',
    default: [],
    help: 'Key that clients must send (Authorization: Bearer KEY, or X-API-Key); repeat it for several, of which each has its share of a full queue. HEADRACE_API_KEY holds them too, separated by spaces, and keeps them out of the process list',
    parse: appendedSecret,
  }),
  apiKeysOfVariable: setting<readonly string[]>({
    variable: 'HEADRACE_API_KEY',
    default: [],
    help: 'The same, out of the process list: keys separated by spaces. Read where no --api-key is given',
    parse: headerSecrets,
    // Whoever set it meant the server to be closed.
    refusesEmptyVariable: true,
  }),
} as const

export type OverloadSettings = SettingsOf<typeof OVERLOAD_SETTINGS>

/** Keys of which clients must show one; none where there are none. */
export function apiKeys({ apiKey, apiKeysOfVariable }: OverloadSettings): readonly string[] {
  return apiKey.length > 0 ? apiKey : apiKeysOfVariable
}

export function admissionLimits({ maxConcurrentRequests, maxQueueRows }: OverloadSettings): AdmissionLimits {
  return { maxRequests: maxConcurrentRequests, maxRows: maxQueueRows }
}
