import type { OutcomeRecord } from '../../src/outcomes/outcome-record.ts'

export const NOW = Date.UTC(2026, 5, 15, 12)

/** The outcome of the answer number `number`. */
export function record(number: number, changes: Partial<OutcomeRecord> = {}): OutcomeRecord {
  const facts = { rolloutId: '0123456789abcdef', variant: number % 2, step: 0, key: number, nonce: number }
  return {
    outcomeId: `outcome-${number}`,
    facts: { ...facts, issuedAt: NOW - 1000 },
    value: number % 3 === 0 ? 1 : 0,
    receivedAt: NOW,
    ...changes,
  }
}

export function records(from: number, to: number): readonly OutcomeRecord[] {
  return Array.from({ length: to - from }, (_, index) => record(from + index))
}
