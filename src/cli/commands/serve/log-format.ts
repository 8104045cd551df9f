import type { ServeSettings } from '../../config.ts'

export type LogFormat = 'json' | 'text'

/** Text where a terminal reads the log, unless the user has chosen. */
export function logFormatOf({ logFormat }: Pick<ServeSettings, 'logFormat'>): LogFormat {
  if (logFormat !== 'auto') return logFormat
  return process.stderr.isTTY ? 'text' : 'json'
}
