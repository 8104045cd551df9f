export type LogFormat = 'json' | 'text'

/** The last line of the log, for whoever looks why the process is gone; its time stands between the two parts. */
export interface HangLine {
  readonly before: string
  readonly after: string
}

const REASON = 'the event loop stands still, as in a native run that never returns; the process is killed'

export function hangLine(format: LogFormat): HangLine {
  if (format === 'text') return { before: '', after: ` FATAL ${REASON}` }
  return { before: '{"level":"fatal","time":"', after: `","msg":"${REASON}"}` }
}
