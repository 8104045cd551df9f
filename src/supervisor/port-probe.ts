import { createServer } from 'node:net'
import { cannotListen } from '../core/cannot-listen.ts'

interface Address {
  readonly host: string
  readonly port: number
}

/**
 * Makes sure that nobody listens there, before a bind that would share the port with whoever does.
 * @throws ServingError INVALID_PARAMETER_VALUE when the address cannot be had.
 */
export async function expectFreePort({ host, port }: Address): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen({ host, port }, error)))
    server.listen({ host, port }, resolve)
  })
  await new Promise<void>((resolve) => server.close(() => resolve()))
}
