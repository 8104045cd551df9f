/** Where the runtime reports to; a pino logger is one. */
export interface RuntimeLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
}

export const SILENT_LOG: RuntimeLog = { info: () => {}, warn: () => {} }
