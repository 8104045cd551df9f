/** What network file systems and failing disks say that may be well again later. */
const PASSING = new Set(['EIO', 'ESTALE', 'ETIMEDOUT', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENOTCONN', 'EREMOTEIO'])

/** The code of what the operating system has refused, such as `ENOENT`; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : undefined
}

/** Whether a file system is away, so that the same command may not meet the error again. */
export function isAway(error: unknown): boolean {
  return PASSING.has(systemCode(error) ?? '')
}
