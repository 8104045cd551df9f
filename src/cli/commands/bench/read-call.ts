import { access, constants } from 'node:fs/promises'
import { type Assertion, parseAssertions } from '../../../bench/assertions.ts'
import { takesRows } from '../../../bench/payloads/file-bodies.ts'
import { readWeightedFile } from '../../../bench/payloads/weighted-file.ts'
import { readTargetUrl } from '../../../bench/targets/target-url.ts'
import { invalidParameter, messageOf } from '../../../core/errors.ts'
import type { BenchSettings, RequestSettings } from '../../bench-settings.ts'
import { ofCall, usageError } from '../../usage-error.ts'
import { type BenchPlan, planLoads } from './plan-loads.ts'

export interface BenchCall {
  readonly urls: readonly string[]
  /** Of the servers of `--model-uri`. */
  readonly serverFlags: readonly string[]
  readonly settings: BenchSettings
}

/**
 * What a call asks for, as far as it can be told before any server is asked.
 * @throws ServingError of usage for what cannot be understood or does not go together
 */
export async function readCall({ urls, serverFlags, settings }: BenchCall): Promise<{
  readonly plan: BenchPlan
  readonly assertions: readonly Assertion[]
}> {
  const targets = urls.length + settings.modelUri.length
  if (targets === 0) throw usageError('Nothing is named: headrace bench http://host:port, or -m URI')
  if (serverFlags.length > 0 && settings.modelUri.length === 0) {
    throw usageError(`'${serverFlags.join(' ')}' is for the server of -m URI, and there is none`)
  }
  if (settings.serverPid !== undefined && (targets > 1 || urls.length === 0)) {
    throw usageError('--server-pid is of one server that runs already, named by its URL')
  }
  for (const url of urls) ofCall(() => readTargetUrl(url))
  checkPayloads(settings)
  const assertions = settings.assertions.flatMap((text) => ofCall(() => parseAssertions(text)))
  return { plan: await planLoads(settings, targets), assertions }
}

/**
 * Before a server is started that is not needed then.
 * @throws ServingError INVALID_PARAMETER_VALUE for a file that is not there, or that may not be read
 */
export async function expectReadable({
  payloadFiles,
  goldenFile,
}: Pick<BenchSettings, 'payloadFiles'> & Partial<Pick<BenchSettings, 'goldenFile'>>): Promise<void> {
  for (const text of payloadFiles) await expectFile('--payload', readWeightedFile(text).path)
  if (goldenFile !== undefined) await expectFile('--golden', goldenFile)
}

async function expectFile(flag: string, file: string): Promise<void> {
  try {
    await access(file, constants.R_OK)
  } catch (error) {
    throw invalidParameter(`${flag} ${file} cannot be read: ${messageOf(error)}`)
  }
}

/** @throws ServingError of usage for flags about bodies that the payload files do not have */
export function checkPayloads({ payloadFiles, contentType, rows }: RequestSettings): void {
  const files = payloadFiles.map((text) => ofCall(() => readWeightedFile(text)))
  if (files.length === 0) {
    if (contentType !== undefined) throw usageError('--content-type is that of --payload, and there is none')
    return
  }
  if (rows === undefined || files.some(({ path }) => takesRows(path, contentType))) return
  const names = files.map(({ path }) => path).join(', ')
  throw usageError(
    `--rows is for CSV and parquet, whose rows are put together to bodies: those of ${names} are sent as they stand`,
  )
}
