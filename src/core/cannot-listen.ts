import { invalidParameter, messageOf, type ServingError } from './errors.ts'

/** Why nothing can listen at an address, for whoever chose it. */
export function cannotListen(
  address: { host: string; port: number },
  error: NodeJS.ErrnoException,
): ServingError {
  const { host, port } = address
  const reason = REASONS[error.code ?? ''] ?? messageOf(error)
  return invalidParameter(`Cannot listen on ${host}:${port}: ${reason}.`, { host, port })
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program is listening there; choose another port',
  EACCES: 'the system does not allow it; choose a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address; 0.0.0.0 means all that it has',
  ENOTFOUND: 'there is no machine of that name',
  ENOTSUP: 'this system shares no ports; start it without --reuse-port',
}
