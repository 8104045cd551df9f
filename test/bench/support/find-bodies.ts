import type { BenchTarget } from '../../../src/bench/target.ts'
import { findTarget } from '../../../src/bench/targets/find-target.ts'
import type { TargetOptions } from '../../../src/bench/targets/target-options.ts'

/** A target with few bodies. */
export function find(url: string, options: Partial<TargetOptions> = {}): Promise<BenchTarget> {
  return findTarget(url, { payloadFiles: [], headers: {}, variants: 8, ...options })
}

export function bodiesOf({ payloads }: BenchTarget): readonly string[] {
  return payloads.map(({ body = new Uint8Array() }) => Buffer.from(body).toString('latin1'))
}
