import { invalidParameter, type ServingError } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import type { Platform } from '../platform.ts'

/** Node's names of the processors. */
export const ARCHITECTURES: Readonly<Record<Platform, 'x64' | 'arm64'>> = {
  'linux/amd64': 'x64',
  'linux/arm64': 'arm64',
}

/** Whether programs of this machine run on a platform, and the other way round. */
export function isPlatformOfHost(platform: Platform): boolean {
  return (
    process.platform === 'linux' && process.arch === ARCHITECTURES[platform] && glibcVersion() !== undefined
  )
}

/** Of the GNU C library that this process runs with, `2.36`; undefined with any other, such as musl. */
export function glibcVersion(): string | undefined {
  // Otherwise the report would ask for the names of all addresses that the process is connected to.
  Reflect.set(process.report, 'excludeNetwork', true)
  const report: unknown = process.report.getReport()
  const header = isRecord(report) ? report['header'] : undefined
  const version = isRecord(header) ? header['glibcVersionRuntime'] : undefined
  return typeof version === 'string' ? version : undefined
}

/** What to say where an image cannot stand on the libraries of this machine. */
export function baseIsNeeded(platform: Platform): ServingError {
  return invalidParameter(
    `An image for ${platform} cannot be made of the libraries of this machine, which is ${hostName()}. ` +
      `Name an image for ${platform} that has the C and C++ libraries of GNU: --base node:24-slim, for example`,
    { platform },
  )
}

function hostName(): string {
  const processor = process.arch === 'x64' ? 'amd64' : process.arch
  const library = process.platform === 'linux' && glibcVersion() === undefined ? ' without glibc' : ''
  return `${process.platform}/${processor}${library}`
}
