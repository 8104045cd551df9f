const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/i

/** Whether only programs of this machine reach a server that listens on this address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host)
}
