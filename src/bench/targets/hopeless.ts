import { invalidParameter } from '../../core/errors.ts'
import { grpcStatusName } from '../generator/grpc-status.ts'
import type { Peer, PeerAnswer } from './peer.ts'
import { refusalText } from './refusal-text.ts'

const CREDENTIALS = "Give credentials with -H 'authorization: Bearer TOKEN'"
const OTHER_NAME = 'Name the model with --model, or give a URL with the path that takes requests'

/** What helps where no other body would: the path is wrong, or the model or the credentials, or it is too early. */
const HELP: Readonly<Record<Peer['transport'], ReadonlyMap<number, string>>> = {
  http: new Map([
    ...[401, 403, 407].map((status) => [status, CREDENTIALS] as const),
    ...[404, 405].map((status) => [status, OTHER_NAME] as const),
    ...[429, 502, 503, 504].map((status) => [status, 'Try again when it is ready'] as const),
  ]),
  // grpc/doc/statuscodes.md
  grpc: new Map([
    [5, OTHER_NAME],
    [7, CREDENTIALS],
    [8, 'Try again when it is ready'],
    [12, 'It is no server of V2 by gRPC, or its port is another'],
    [16, CREDENTIALS],
  ]),
}

/**
 * An error that says what helps, where a server would refuse any body as it did this one; undefined where another body
 * may do.
 * @param where URL and path
 */
export function hopeless(where: string, transport: Peer['transport'], answer: PeerAnswer): Error | undefined {
  const { status, location, text } = answer
  if (location !== undefined && status >= 300 && status < 400) {
    return invalidParameter(
      `${where} redirects to ${location}. Redirects are not followed: give that address`,
    )
  }
  const help = HELP[transport].get(status)
  if (help === undefined) return undefined
  const said = refusalText(text)
  const shown = transport === 'grpc' ? grpcStatusName(String(status)) : status
  return invalidParameter(
    `${where} answers ${shown} to every request${said === '' ? '' : `: ${said}`}. ${help}`,
  )
}
