import { checkAnswer } from '../../../src/bench/answer-check.ts'
import type { BenchTarget } from '../../../src/bench/target.ts'

/** Sends each payload of a target by HTTP once: why some are not answered as they have to be. */
export async function faultsOf({ origin, dialect, payloads }: BenchTarget): Promise<readonly string[]> {
  const faults: string[] = []
  for (const { method, path, headers, body, expected } of payloads) {
    const reply = await fetch(`${origin}${path}`, {
      method,
      headers,
      ...(body && { body: Buffer.from(body) }),
    })
    const bytes = Buffer.from(await reply.arrayBuffer())
    if (reply.status !== expected.status) faults.push(`${reply.status} ${bytes}`)
    const fault = expected.check && checkAnswer(expected.check, dialect, bytes)
    if (fault !== undefined) faults.push(fault)
  }
  return faults
}
