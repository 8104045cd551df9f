/** Where the supervisor's lines go. Satisfied by a pino logger. */
export interface SupervisorLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
